//! The commands.

mod api;
mod bench;
mod consume;
mod dev_server;
mod generated;
mod produce;

pub(crate) use api::api;
pub(crate) use bench::bench;
pub(crate) use consume::consume;
pub(crate) use dev_server::dev_server;
pub(crate) use generated::{completions, manual};
pub(crate) use produce::produce;
