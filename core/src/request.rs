//! The exchanges with servers, one file each: a typed request to a command, a command to a typed
//! answer or an error (`wire.md`, section 2).

pub(crate) mod client_check;
pub(crate) mod end_transaction;
pub(crate) mod group;
pub(crate) mod heartbeat;
pub(crate) mod lock;
pub(crate) mod offset;
pub(crate) mod pull;
pub(crate) mod route;
pub(crate) mod send;
pub(crate) mod send_back;

use onsmq_proto::codec::{Command, ResponseCode};

use crate::{Error, Result};

/// The answer, if it says that all went well; else the refusal, with what was asked.
fn success(what: &str, answer: Command) -> Result<Command> {
    match answer.response_code() {
        ResponseCode::SUCCESS => Ok(answer),
        code => Err(Error::refused(what, code, answer.remark)),
    }
}

/// A fault inside an answer that came from a server that else speaks the protocol.
fn malformed(what: &str, error: onsmq_proto::WireError) -> Error {
    Error::protocol(&format!("the server that answered {what}"), error)
}
