//! Message trace: what became of each message, for the vendor's and Apache's consoles (`wire.md`,
//! section 13).
//!
//! Records are made where things happen ([`record`]), written as Java writes them ([`encode`]),
//! and sent in batches beside everything else ([`dispatcher`]): nothing here delays or fails a
//! send.

mod batch;
mod destination;
mod dispatcher;
mod encode;
mod record;

pub use destination::TraceSettings;
pub(crate) use dispatcher::Dispatcher;
pub(crate) use record::{
    Consuming, Ended, MessageType, Published, Sent, ended, is_consuming_recorded, is_recorded,
    published,
};
