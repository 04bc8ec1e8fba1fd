//! What the examples share: see `examples/`.

mod countdown;
mod run;

pub use countdown::Countdown;
pub use run::{Outcome, run};
