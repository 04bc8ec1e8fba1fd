//! The decisions of a client as state machines and pure functions. Each is given events and the
//! time, and asked for work; none waits.

mod accumulator;
mod allocate;
mod backoff;
mod lifecycle;
mod ordered_queue;
mod process_queue;
mod route_table;
mod session;
mod statistics;
mod timers;

pub use accumulator::{Accumulator, BatchLimits, Gathered};
pub use allocate::{MessageQueue, allocate_averagely, allocate_averagely_by_circle, sort_members};
pub use backoff::{Backoff, BrokerHealth};
pub use lifecycle::{Lifecycle, Phase};
pub use ordered_queue::OrderedQueue;
pub use process_queue::{ProcessQueue, Slot};
pub use route_table::{ReadQueues, Route, RouteTable, WriteQueues};
pub use session::Session;
pub use statistics::ConsumeStatistics;
pub use timers::Timers;
