//! A message that is to be stored.

use std::net::SocketAddr;

use onsmq_proto::message::StoredMessage;

/// What its queue does not know of a message.
#[derive(Debug, Clone)]
pub(crate) struct NewMessage<'a> {
    pub(crate) body: &'a [u8],
    /// The property string as it is stored.
    pub(crate) properties: &'a str,
    pub(crate) flag: i32,
    pub(crate) sys_flag: i32,
    pub(crate) born_timestamp: i64,
    pub(crate) born_host: SocketAddr,
    pub(crate) reconsume_times: i32,
    pub(crate) prepared_transaction_offset: i64,
}

impl<'a> NewMessage<'a> {
    /// A stored message once more, with other properties: what delays, retries and transactions
    /// come to.
    pub(crate) fn again(stored: &'a StoredMessage, properties: &'a str) -> Self {
        Self {
            body: stored.body(),
            properties,
            flag: stored.flag(),
            sys_flag: stored.sys_flag(),
            born_timestamp: stored.born_timestamp(),
            born_host: stored.born_host(),
            reconsume_times: stored.reconsume_times(),
            prepared_transaction_offset: stored.prepared_transaction_offset(),
        }
    }
}
