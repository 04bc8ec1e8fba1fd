//! A message that is to be stored.

use std::net::SocketAddr;

use onsmq_proto::message::StoredMessage;

use super::tag_code_among;

/// What its queue does not know of a message.
#[derive(Debug, Clone)]
pub(crate) struct NewMessage<'a> {
    pub(crate) body: &'a [u8],
    /// The property string as it is stored.
    pub(crate) properties: &'a str,
    /// The hash of the tag among them: who puts them together has seen it.
    pub(crate) tag: i32,
    pub(crate) flag: i32,
    pub(crate) sys_flag: i32,
    pub(crate) born_timestamp: i64,
    pub(crate) born_host: SocketAddr,
    pub(crate) reconsume_times: i32,
    pub(crate) prepared_transaction_offset: i64,
}

impl<'a> NewMessage<'a> {
    /// A stored message once more, with other properties but the same tag: what delays, retries
    /// and transactions come to.
    pub(crate) fn again(stored: &'a StoredMessage, properties: &'a str) -> Self {
        Self {
            body: stored.body(),
            properties,
            tag: tag_code_among(stored.raw_properties()),
            flag: stored.flag(),
            sys_flag: stored.sys_flag(),
            born_timestamp: stored.born_timestamp(),
            born_host: stored.born_host(),
            reconsume_times: stored.reconsume_times(),
            prepared_transaction_offset: stored.prepared_transaction_offset(),
        }
    }
}
