//! CHECK_CLIENT_CONFIG: whether a broker takes a subscription. Java asks that of conditions on
//! properties, which brokers evaluate only where they are configured to.

use onsmq_proto::body::ClientCheck;
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};

use super::malformed;
use crate::{Error, ErrorKind, Result};

pub(crate) fn command(check: &ClientCheck) -> Result<Command> {
    let body = check
        .encode()
        .map_err(|error| malformed("the check of a subscription", error))?;
    Ok(Command::request(
        RequestCode::CHECK_CLIENT_CONFIG,
        ExtFields::new(),
        body.into(),
    ))
}

/// # Errors
/// [`ErrorKind::InvalidArgument`] for a condition that the broker cannot read, and
/// [`ErrorKind::BrokerRefused`] where it evaluates none.
pub(crate) fn answer(answer: Command) -> Result<()> {
    let remark = answer.remark.clone().unwrap_or_default();
    match answer.response_code() {
        ResponseCode::SUCCESS => Ok(()),
        ResponseCode::SUBSCRIPTION_PARSE_FAILED => Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("the broker cannot read the condition: {remark}"),
        )),
        code => {
            let refused = Error::refused("a condition on properties", code, answer.remark);
            Err(match remark.contains("SQL92") {
                true => refused.context("brokers need enablePropertyFilter=true"),
                false => refused,
            })
        }
    }
}
