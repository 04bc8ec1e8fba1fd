//! Producing: a message becomes a request, a queue is chosen, and what fails is tried elsewhere
//! within the time that a send is given.

mod attempt;
mod batch;
mod begin;
mod beside;
mod buffer;
mod check;
mod compress;
mod done;
mod gather;
mod in_flight;
mod lead;
mod leaving;
mod life;
mod line;
mod many;
mod next;
mod normal;
mod order;
mod outgoing;
mod select;
mod shared;
mod stored;
mod system;
mod timed;
mod topic;
mod transaction;
mod turns;
mod vip;
mod waiting;

pub use beside::{Begun, Entering};
pub(crate) use check::Checker;
pub use normal::Producer;
pub use order::OrderProducer;
pub(crate) use system::SystemProducer;
pub use timed::TimedFallback;
pub use transaction::{Transaction, TransactionProducer, TransactionStatus};
