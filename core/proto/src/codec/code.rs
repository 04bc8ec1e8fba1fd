//! Request and response codes, by the names of Apache RocketMQ
//! (`org.apache.rocketmq.remoting.protocol.RequestCode`, `ResponseCode`).

use std::fmt;

/// Makes a code type of one number, its known values and their names.
macro_rules! codes {
    ($(#[$doc:meta])* $type:ident { $($(#[$value_doc:meta])* $name:ident = $value:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(pub i16);

        impl $type {
            $($(#[$value_doc])* pub const $name: Self = Self($value);)*

            /// The protocol's name of the code, if this crate knows it.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    Some(name) => write!(f, "{name} ({})", self.0),
                    None => write!(f, "{}", self.0),
                }
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

codes! {
    /// What a request asks for.
    RequestCode {
        /// Store a message, long field names.
        SEND_MESSAGE = 10,
        /// Read messages of a queue.
        PULL_MESSAGE = 11,
        /// Find messages by key or id.
        QUERY_MESSAGE = 12,
        /// Ask for the stored offset of a group.
        QUERY_CONSUMER_OFFSET = 14,
        /// Store the offset of a group.
        UPDATE_CONSUMER_OFFSET = 15,
        /// Make or change a topic.
        UPDATE_AND_CREATE_TOPIC = 17,
        /// Offset by time.
        SEARCH_OFFSET_BY_TIMESTAMP = 29,
        /// One past the last message of a queue.
        GET_MAX_OFFSET = 30,
        /// The first message of a queue.
        GET_MIN_OFFSET = 31,
        /// When the first message of a queue was stored.
        GET_EARLIEST_MSG_STORETIME = 32,
        /// One message by its place in the commit log.
        VIEW_MESSAGE_BY_ID = 33,
        /// A client shows its groups and subscriptions.
        HEART_BEAT = 34,
        /// A client leaves a group.
        UNREGISTER_CLIENT = 35,
        /// A message comes again later.
        CONSUMER_SEND_MSG_BACK = 36,
        /// The outcome of a transaction.
        END_TRANSACTION = 37,
        /// The members of a group.
        GET_CONSUMER_LIST_BY_GROUP = 38,
        /// The broker asks for a transaction's outcome.
        CHECK_TRANSACTION_STATE = 39,
        /// The broker says that a group's members changed.
        NOTIFY_CONSUMER_IDS_CHANGED = 40,
        /// Lock queues for ordered consumption.
        LOCK_BATCH_MQ = 41,
        /// Unlock queues.
        UNLOCK_BATCH_MQ = 42,
        /// Ask whether a subscription is valid.
        CHECK_CLIENT_CONFIG = 46,
        /// The route of a topic.
        GET_ROUTEINFO_BY_TOPIC = 105,
        /// The broker sets a running consumer's offsets.
        RESET_CONSUMER_CLIENT_OFFSET = 220,
        /// The broker asks for a consumer's offsets.
        GET_CONSUMER_STATUS_FROM_CLIENT = 221,
        /// The broker asks what a consumer is doing.
        GET_CONSUMER_RUNNING_INFO = 307,
        /// The broker has one message consumed at once.
        CONSUME_MESSAGE_DIRECTLY = 309,
        /// Store a message, one-letter field names.
        SEND_MESSAGE_V2 = 310,
        /// Store many messages in one request.
        SEND_BATCH_MESSAGE = 320,
    }
}

codes! {
    /// How a request went.
    ResponseCode {
        /// Done.
        SUCCESS = 0,
        /// The server failed; also ACL 1.0's refusals.
        SYSTEM_ERROR = 1,
        /// The server is overloaded.
        SYSTEM_BUSY = 2,
        /// The server does not know the request.
        REQUEST_CODE_NOT_SUPPORTED = 3,
        /// Stored, not yet on disk.
        FLUSH_DISK_TIMEOUT = 10,
        /// Stored, without a slave.
        SLAVE_NOT_AVAILABLE = 11,
        /// Stored, not yet on a slave.
        FLUSH_SLAVE_TIMEOUT = 12,
        /// The message is not one that the broker takes.
        MESSAGE_ILLEGAL = 13,
        /// The broker is starting or stopping.
        SERVICE_NOT_AVAILABLE = 14,
        /// Not allowed.
        NO_PERMISSION = 16,
        /// The topic does not exist.
        TOPIC_NOT_EXIST = 17,
        /// Nothing new in the queue.
        PULL_NOT_FOUND = 19,
        /// Messages were filtered out: pull on at once.
        PULL_RETRY_IMMEDIATELY = 20,
        /// The offset is out of the queue's range, or was reset.
        PULL_OFFSET_MOVED = 21,
        /// No offset is stored, or no such message.
        QUERY_NOT_FOUND = 22,
        /// The subscription does not parse.
        SUBSCRIPTION_PARSE_FAILED = 23,
        /// The group has no such subscription yet.
        SUBSCRIPTION_NOT_EXIST = 24,
        /// The broker's copy of the subscription is old.
        SUBSCRIPTION_NOT_LATEST = 25,
        /// The group does not exist.
        SUBSCRIPTION_GROUP_NOT_EXIST = 26,
        /// The broker has not compiled the group's SQL condition, or cannot.
        FILTER_DATA_NOT_EXIST = 27,
        /// A field is wrong (5.x).
        INVALID_PARAMETER = 29,
        /// No buyer id.
        NO_BUYER_ID = 204,
        /// Not in the current unit.
        NOT_IN_CURRENT_UNIT = 205,
        /// The consumer is not online.
        CONSUMER_NOT_ONLINE = 206,
        /// Direct consumption took too long.
        CONSUME_MSG_TIMEOUT = 207,
        /// No such message.
        NO_MESSAGE = 208,
        /// Slow down.
        FLOW_CONTROL = 215,
        /// Reconnect (5.x proxies).
        GO_AWAY = 1500,
    }
}
