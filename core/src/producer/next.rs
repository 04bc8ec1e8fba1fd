//! What may help after a send failed.

use onsmq_proto::codec::ResponseCode;

use crate::{Error, ErrorKind};

/// What may help after a failure.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing.
    GiveUp,
    /// The broker is in trouble.
    OtherBroker,
    /// The broker is busy.
    SlowDown,
    /// The broker refused for a reason that another may not have.
    OtherQueue,
    /// The route is old.
    NewRoute,
}

pub(super) fn next_step(error: &Error) -> Next {
    match error.kind() {
        ErrorKind::ConnectFailed | ErrorKind::ConnectionLost | ErrorKind::Timeout => {
            Next::OtherBroker
        }
        // A handshake that was cut off; a bad certificate stays bad.
        ErrorKind::Tls if error.is_retriable() => Next::OtherBroker,
        ErrorKind::FlowControl => Next::SlowDown,
        ErrorKind::NoRoute if error.response_code().is_some() => Next::NewRoute,
        ErrorKind::BrokerRefused => match error.response_code() {
            Some(ResponseCode::SERVICE_NOT_AVAILABLE | ResponseCode::GO_AWAY) => Next::OtherBroker,
            // "request queueId[5] is illegal": the topic has other queues than its route says.
            Some(ResponseCode::SYSTEM_ERROR | ResponseCode::INVALID_PARAMETER)
                if error
                    .remark()
                    .is_some_and(|remark| remark.contains("queueId")) =>
            {
                Next::NewRoute
            }
            Some(
                ResponseCode::SYSTEM_ERROR
                | ResponseCode::NO_PERMISSION
                | ResponseCode::NO_BUYER_ID
                | ResponseCode::NOT_IN_CURRENT_UNIT,
            ) => Next::OtherQueue,
            _ => Next::GiveUp,
        },
        _ => Next::GiveUp,
    }
}
