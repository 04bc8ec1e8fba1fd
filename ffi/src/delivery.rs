//! `ons_delivery_t`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use onsmq::{Action, Delivery, Error, ErrorKind};
use smallvec::SmallVec;

use crate::boundary::{arg, array, guard, guard_or};
use crate::enums::action_of;
use crate::error::ons_error_t;
use crate::listener_pool::Call;
use crate::message::ons_message_t;

/// A message in the hands of the application, or a list of them where a batch consumer received it,
/// and its completion. Owned by whoever it was given to; freeing one that is not completed has what
/// is in it come again later.
#[derive(Debug)]
pub struct ons_delivery_t {
    parts: List,
    completed: AtomicBool,
    /// None once it was freed.
    block: Option<Arc<Block>>,
}

type List = SmallVec<[Part; 1]>;

#[derive(Debug)]
struct Part {
    delivery: Delivery,
    message: ons_message_t,
}

/// Deliveries that are handed out at once: they are in one piece of memory, which lives until the
/// last of them is freed.
#[derive(Debug)]
pub(crate) struct Block {
    memory: AtomicPtr<ons_delivery_t>,
    count: usize,
    /// Where they came by a listener's call.
    call: Option<Call>,
}

impl Block {
    /// Puts what was received into deliveries of up to `size` messages, for the caller to own.
    pub(crate) fn hand_out(
        received: Vec<Delivery>,
        size: usize,
        call: impl FnOnce(usize) -> Option<Call>,
    ) -> (Arc<Self>, Vec<*mut ons_delivery_t>) {
        let count = received.len().div_ceil(size);
        let block = Arc::new(Self {
            memory: AtomicPtr::default(),
            count,
            call: call(count),
        });
        let mut parts = received.into_iter().map(|delivery| Part {
            message: delivery.message().clone().into(),
            delivery,
        });
        let deliveries: Box<[_]> = (0..count)
            .map(|_| ons_delivery_t {
                parts: match size {
                    // Made where it stays: a list would be filled by moving it there.
                    1 => parts.next().map(|it| [it].into()).unwrap_or_default(),
                    _ => parts.by_ref().take(size).collect(),
                },
                completed: AtomicBool::new(false),
                block: Some(Arc::clone(&block)),
            })
            .collect();
        let first = Box::into_raw(deliveries).cast::<ons_delivery_t>();
        block.memory.store(first, Ordering::Release);
        // No more than one past the end of what was made.
        let all = (0..count).map(|at| first.wrapping_add(at)).collect();
        (block, all)
    }

    pub(crate) const fn call(&self) -> Option<&Call> {
        self.call.as_ref()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let first = *self.memory.get_mut();
        if !first.is_null() {
            let all = std::ptr::slice_from_raw_parts_mut(first, self.count);
            // SAFETY: it was made from a box, and nobody has one of them any more: each held this.
            drop(unsafe { Box::from_raw(all) });
        }
    }
}

impl ons_delivery_t {
    /// For callers in Rust: the topic of the subscription that it came by.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.parts.first().map_or("", |part| part.delivery.topic())
    }

    fn complete(&self, action: Action) -> bool {
        complete_all([self], action) == 1
    }
}

/// Completes deliveries. How many were not completed before.
fn complete_all<'a>(
    deliveries: impl IntoIterator<Item = &'a ons_delivery_t>,
    action: Action,
) -> usize {
    let is_first = |it: &&ons_delivery_t| !it.completed.swap(true, Ordering::AcqRel);
    let first: SmallVec<[_; 1]> = deliveries.into_iter().filter(is_first).collect();
    let parts = first.iter().flat_map(|delivery| &delivery.parts);
    Delivery::complete_all(parts.map(|part| &part.delivery), action);
    for delivery in &first {
        if let Some(call) = delivery.block.as_ref().and_then(|block| block.call()) {
            call.completed();
        }
    }
    first.len()
}

/// Frees a delivery.
///
/// # Safety
/// It is NULL, or was handed out and not freed yet.
unsafe fn free(delivery: *mut ons_delivery_t) {
    // SAFETY: as this function requires.
    let Some(delivery) = (unsafe { delivery.as_mut() }) else {
        return;
    };
    if !delivery.completed.load(Ordering::Acquire) {
        delivery.complete(Action::ReconsumeLater);
    }
    drop(std::mem::take(&mut delivery.parts));
    // With the last one goes the memory that it is in.
    let block = delivery.block.take();
    drop(block);
}

/// The message of a delivery, or the first of its list. It belongs to the delivery and lives as
/// long.
#[unsafe(no_mangle)]
pub extern "C" fn ons_delivery_message(
    delivery: Option<&ons_delivery_t>,
) -> Option<&ons_message_t> {
    ons_delivery_message_at(delivery, 0)
}

/// How many messages are in a delivery: 1, but for a batch consumer's.
#[unsafe(no_mangle)]
pub extern "C" fn ons_delivery_count(delivery: Option<&ons_delivery_t>) -> usize {
    delivery.map_or(0, |delivery| delivery.parts.len())
}

/// A message of a delivery, from 0 on in the order in which the queue holds them; NULL where there
/// is none. It belongs to the delivery and lives as long.
#[unsafe(no_mangle)]
pub extern "C" fn ons_delivery_message_at(
    delivery: Option<&ons_delivery_t>,
    index: usize,
) -> Option<&ons_message_t> {
    let part = delivery?.parts.get(index)?;
    Some(&part.message)
}

/// Says what becomes of what is in it: one of ons_action_t, or for an order consumer's of
/// ons_order_action_t. To be called once, in the callback that
/// brought the delivery or later, on any thread. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_STATE where it was completed before, which changes nothing;
/// ONS_CODE_INVALID_ARGUMENT for a number that is no action.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_delivery_complete(
    delivery: Option<&ons_delivery_t>,
    action: u32,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let delivery = arg(delivery, "delivery")?;
        let action = action_of(action)?;
        match delivery.complete(action) {
            true => Ok(()),
            false => Err(Error::new(
                ErrorKind::InvalidState,
                "this delivery was completed before: the first time counts",
            )),
        }
    })
}

/// Says the same of many deliveries, as ons_delivery_complete does of one each: in less time, for
/// what they have in common is done once. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_STATE where one was completed before; the others are completed all the same.
/// ONS_CODE_INVALID_ARGUMENT for a number that is no action, and for a NULL among them: then none is.
///
/// # Safety
/// `deliveries` points to `count` deliveries.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_deliveries_complete(
    deliveries: *const *const ons_delivery_t,
    count: usize,
    action: u32,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        // SAFETY: as this function requires.
        let deliveries = unsafe { array(deliveries, count, "deliveries") }?;
        let action = action_of(action)?;
        match complete_all(deliveries, action) == count {
            true => Ok(()),
            false => Err(Error::new(
                ErrorKind::InvalidState,
                "some of these deliveries were completed before: the first time counts",
            )),
        }
    })
}

/// Frees a delivery. Where it was not completed, its message comes again later. NULL: nothing
/// happens. Does not block.
///
/// # Safety
/// `delivery` is NULL, or the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_delivery_free(delivery: *mut ons_delivery_t) {
    // SAFETY: as this function requires.
    guard_or((), || unsafe { free(delivery) });
}

/// Frees many deliveries, as ons_delivery_free does one each. Does not block.
///
/// # Safety
/// `deliveries` points to `count` deliveries, or NULL, that are the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_deliveries_free(deliveries: *const *mut ons_delivery_t, count: usize) {
    guard_or((), || {
        let count = if deliveries.is_null() { 0 } else { count };
        for at in 0..count {
            // SAFETY: as this function requires.
            unsafe { free(*deliveries.add(at)) };
        }
    });
}
