//! Producing: a message becomes a request, a queue is chosen, and what fails is tried elsewhere
//! within the time that a send is given.

mod attempt;
mod handle;
mod outgoing;
mod select;

pub use handle::Producer;
