//! The Open API against a console that judges by code of its own (`tests/console/console.py`).

mod answers;
mod calls;
mod command;
mod faults;
mod log;
mod native;
mod proxies;
mod secrets;
mod signatures;
mod tls;
mod writes;
