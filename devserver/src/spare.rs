//! Memory of fields, used again within one connection.

use std::cell::RefCell;

use onsmq_proto::codec::ExtFields;

/// As many as one request and its answer have.
const KEPT: usize = 2;
/// What is larger is given back: few requests are, and a connection is to hold little.
const LARGEST: usize = 16 * 1024;

/// Fields that nobody needs any more. Requests and answers are mostly like those before them: they
/// take the memory of these, and none is asked for.
#[derive(Debug, Default)]
pub(crate) struct Spare(RefCell<Vec<ExtFields>>);

impl Spare {
    /// No fields, with memory if there is some.
    pub(crate) fn take(&self) -> ExtFields {
        self.0.borrow_mut().pop().unwrap_or_default()
    }

    /// Keeps the memory of fields.
    pub(crate) fn keep(&self, mut fields: ExtFields) {
        let mut kept = self.0.borrow_mut();
        if kept.len() < KEPT && fields.held_bytes() <= LARGEST {
            fields.clear();
            kept.push(fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_empty_and_little() {
        let spare = Spare::default();
        for bytes in [10, LARGEST, 20, 30] {
            let mut fields = ExtFields::with_text_capacity(1, bytes);
            fields.push("a", 1);
            spare.keep(fields);
        }
        let taken = [spare.take(), spare.take(), spare.take()];
        assert!(taken.iter().all(ExtFields::is_empty));
        let have_memory = taken.iter().filter(|it| it.held_bytes() > 0);
        assert_eq!(have_memory.count(), KEPT);
        assert!(taken.iter().all(|it| it.held_bytes() < LARGEST));
    }
}
