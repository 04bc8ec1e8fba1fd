//! `_onsmq`: what the Python package `onsmq` is made of. It wraps the safe face of the C ABI; what
//! is particular to Python (context managers, futures, listeners' threads) is written in Python.
//!
//! No thread of the library takes the interpreter's lock, no Python object is held where one could
//! drop it, and no listener is called from here: see `exit` for why.

#![deny(unsafe_code)]

mod arguments;
mod check;
mod consumer;
mod delivery;
mod dev_server;
mod errors;
mod exit;
mod futures;
mod handle;
mod mailbox;
mod message;
mod openapi;
mod producer;
mod received;
mod send_result;
mod sharding;
mod transaction;
mod wait;

use pyo3::prelude::*;

/// The native half of the package onsmq.
#[pymodule(gil_used = true)]
mod _onsmq {
    #[pymodule_export]
    use crate::check::Check;
    #[pymodule_export]
    use crate::consumer::Consumer;
    #[pymodule_export]
    use crate::delivery::Delivery;
    #[pymodule_export]
    use crate::dev_server::DevServer;
    #[pymodule_export]
    use crate::exit::{end, forked};
    #[pymodule_export]
    use crate::mailbox::Mailbox;
    #[pymodule_export]
    use crate::message::Message;
    #[pymodule_export]
    use crate::openapi::OpenApi;
    #[pymodule_export]
    use crate::producer::Producer;
    #[pymodule_export]
    use crate::received::ReceivedMessage;
    #[pymodule_export]
    use crate::send_result::SendResult;
    #[pymodule_export]
    use crate::sharding::with_sharding_key;
    #[pymodule_export]
    use crate::transaction::Transaction;

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::exit::only_one_interpreter(module.py())?;
        crate::errors::load(module.py())?;
        module.add("__version__", onsmq_ffi_safe::version())
    }
}
