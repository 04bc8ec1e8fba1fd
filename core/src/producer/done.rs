//! Who is told what became of a send.

use std::any::Any;
use std::collections::VecDeque;

use tokio::sync::oneshot;

use crate::{Result, SendResult};

/// Told what became of a send, on a thread of the runtime.
pub(super) trait Done: Send + 'static {
    /// What keeps several, of sends that follow each other.
    type Row: RowOf<Self>;

    fn tell(self, sent: Result<SendResult>);

    /// As one of any kind.
    fn into_any(self) -> AnyDone
    where
        Self: Sized,
    {
        Box::new(|sent| self.tell(sent))
    }
}

/// Any of them.
pub(super) type AnyDone = Box<dyn FnOnce(Result<SendResult>) + Send>;

impl<F: FnOnce(Result<SendResult>) + Send + 'static> Done for F {
    type Row = VecDeque<Self>;

    fn tell(self, sent: Result<SendResult>) {
        self(sent);
    }
}

impl Done for oneshot::Sender<Result<SendResult>> {
    type Row = VecDeque<Self>;

    fn tell(self, sent: Result<SendResult>) {
        // Whoever has waited may have given up.
        let _ = self.send(sent);
    }
}

/// Who is told of the sends of a batch, in their order.
///
/// Those of one kind that follow each other are in one piece of memory: one of its own for each
/// would be made on one thread and freed on another, which is what allocators are slow at.
#[derive(Default)]
pub(super) struct Dones(VecDeque<Box<dyn Row>>);

/// Several of one kind, in their order.
pub(super) trait Row: Any + Send {
    /// Tells the next one.
    fn tell(&mut self, sent: Result<SendResult>);
    /// Takes out the next one.
    fn next(&mut self) -> Option<AnyDone>;
    fn is_empty(&self) -> bool;
}

/// The row of a kind.
pub(super) trait RowOf<D: ?Sized>: Row {
    fn of(first: D) -> Self;
    /// One more. It is handed back where it does not belong to those before.
    fn push(&mut self, done: D) -> Option<D>
    where
        D: Sized;
}

impl<D: Done> RowOf<D> for VecDeque<D> {
    fn of(first: D) -> Self {
        Self::from([first])
    }

    fn push(&mut self, done: D) -> Option<D> {
        self.push_back(done);
        None
    }
}

impl<D: Done> Row for VecDeque<D> {
    fn tell(&mut self, sent: Result<SendResult>) {
        if let Some(done) = self.pop_front() {
            done.tell(sent);
        }
    }

    fn next(&mut self) -> Option<AnyDone> {
        self.pop_front().map(Done::into_any)
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl Dones {
    /// One more.
    pub(super) fn push<D: Done>(&mut self, done: D) {
        let last = self.0.back_mut().map(|row| &mut **row as &mut dyn Any);
        let left = match last.and_then(<dyn Any>::downcast_mut::<D::Row>) {
            Some(row) => row.push(done),
            None => Some(done),
        };
        if let Some(first) = left {
            self.0.push_back(Box::new(D::Row::of(first)));
        }
    }

    /// Tells the next one.
    pub(super) fn tell(&mut self, sent: Result<SendResult>) {
        if let Some(row) = self.row() {
            row.tell(sent);
        }
    }

    /// Takes out the next one.
    pub(super) fn next(&mut self) -> Option<AnyDone> {
        self.row()?.next()
    }

    fn row(&mut self) -> Option<&mut dyn Row> {
        while self.0.front()?.is_empty() {
            self.0.pop_front();
        }
        self.0.front_mut().map(|row| &mut **row)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::{Dones, Result, SendResult};
    use crate::{Error, ErrorKind};

    fn failed() -> Result<SendResult> {
        Err(Error::new(ErrorKind::Closed, "over"))
    }

    #[test]
    fn all_are_told_in_their_order_whatever_their_kinds() {
        let (told, order) = mpsc::channel();
        let mut dones = Dones::default();
        for at in 0..6 {
            let told = told.clone();
            // Two kinds in turns of two.
            if at / 2 % 2 == 0 {
                dones.push(move |_: Result<SendResult>| told.send(at).expect("heard"));
            } else {
                let other = move |_: Result<SendResult>| told.send(at).expect("heard");
                dones.push(other);
            }
        }
        assert_eq!(dones.0.len(), 3);
        dones.tell(failed());
        dones.next().expect("the second")(failed());
        for _ in 2..6 {
            dones.tell(failed());
        }
        assert!(dones.next().is_none());
        assert_eq!(order.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    }
}
