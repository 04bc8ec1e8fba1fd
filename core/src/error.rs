//! The one error type.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use onsmq_proto::WireError;
use onsmq_proto::codec::ResponseCode;

use crate::openapi::Fault;

/// What went wrong. The numbers are those of `ons_code_t` in C, and never change.
///
/// Last added: 21. Retired: none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum ErrorKind {
    /// A property is unknown, does not parse, is out of range, or a required one is missing.
    Configuration = 1,
    /// An argument cannot be used, such as text that is not UTF-8.
    InvalidArgument = 2,
    /// The message cannot be sent as it is, or the broker says so.
    IllegalMessage = 3,
    /// Used before `start`.
    NotStarted = 4,
    /// Used after `shutdown`.
    Closed = 5,
    /// No name server knows the topic, or none of its queues may be used.
    NoRoute = 6,
    /// No name server answers.
    NameServerUnreachable = 7,
    /// A broker takes no connection.
    ConnectFailed = 8,
    /// A connection broke before the answer came: whether the request was carried out is unknown.
    ConnectionLost = 9,
    /// The time given was not enough: whether the request was carried out is unknown.
    Timeout = 10,
    /// The broker refused, with its code and remark.
    BrokerRefused = 11,
    /// The account may not do this, or its signature is wrong. Final until something changes.
    NoPermission = 12,
    /// No secure connection came about.
    Tls = 13,
    /// The transaction was rolled back by its executer.
    TransactionRolledBack = 14,
    /// The broker or this client is at its limit: slow down and send again.
    FlowControl = 15,
    /// The peer does not speak RocketMQ's protocol, or the console's, or not correctly.
    Protocol = 16,
    /// A handle is used in a process that was forked from the one that made it.
    Forked = 17,
    /// The call does not fit the state that the object is in.
    InvalidState = 18,
    /// A fault of this library.
    Internal = 19,
    /// The executer of a transaction failed: the broker asks the checker for the outcome.
    TransactionUnknown = 20,
    /// The console of the Open API refused, with its code and request id.
    OpenApiRefused = 21,
}

impl ErrorKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 21] = [
        Self::Configuration,
        Self::InvalidArgument,
        Self::IllegalMessage,
        Self::NotStarted,
        Self::Closed,
        Self::NoRoute,
        Self::NameServerUnreachable,
        Self::ConnectFailed,
        Self::ConnectionLost,
        Self::Timeout,
        Self::BrokerRefused,
        Self::NoPermission,
        Self::Tls,
        Self::TransactionRolledBack,
        Self::FlowControl,
        Self::Protocol,
        Self::Forked,
        Self::InvalidState,
        Self::Internal,
        Self::TransactionUnknown,
        Self::OpenApiRefused,
    ];

    /// The number that C, Python and Node show.
    #[must_use]
    pub const fn code(self) -> u32 {
        self as u32
    }

    /// Whether the same call may succeed when it is made again.
    const fn is_retriable(self) -> bool {
        matches!(
            self,
            Self::NameServerUnreachable
                | Self::ConnectFailed
                | Self::ConnectionLost
                | Self::Timeout
                | Self::FlowControl
        )
    }
}

/// What `Result` of this crate means.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something failed, and what to do about it.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    topic: Option<String>,
    message_id: Option<String>,
    broker: Option<Refusal>,
    openapi: Option<Box<Fault>>,
    /// It may pass by itself, though errors of its kind mostly do not.
    passing: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What a server answered.
#[derive(Clone)]
struct Refusal {
    code: ResponseCode,
    remark: Option<String>,
}

impl Error {
    /// An error of a kind. The message says what is wrong and what to do.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            topic: None,
            message_id: None,
            broker: None,
            openapi: None,
            passing: false,
            source: None,
        }))
    }

    pub(crate) fn illegal_message(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::IllegalMessage, message)
    }

    pub(crate) fn timeout(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Timeout, message)
    }

    pub(crate) fn invalid_state(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidState, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// A server's refusal, whose kind follows from its code and remark.
    pub(crate) fn refused(what: &str, code: ResponseCode, remark: Option<String>) -> Self {
        // Some remarks go on with a Java stack.
        let said = remark
            .as_deref()
            .and_then(|it| it.lines().next())
            .unwrap_or("no remark");
        let kind = refusal_kind(code, remark.as_deref());
        let advice = match kind {
            ErrorKind::NoPermission => {
                ": check AccessKey, SecretKey, and what the account may do with this topic and group"
            }
            ErrorKind::FlowControl => ": send or pull more slowly",
            _ => "",
        };
        let mut error = Self::new(kind, format!("{what} was refused, {code}: {said}{advice}"));
        error.0.broker = Some(Refusal { code, remark });
        error
    }

    pub(crate) fn protocol(peer: &str, source: WireError) -> Self {
        Self::new(
            ErrorKind::Protocol,
            format!(
                "{peer} does not speak RocketMQ's protocol ({source}): check the address and port"
            ),
        )
        .with_source(source)
    }

    /// An answer whose frame is longer than any is taken.
    pub(crate) fn too_large(peer: &str, source: WireError) -> Self {
        let text = format!(
            "the answer of {peer} is too large ({source}): check the broker's maxMessageSize and maxTransferBytesOnMessageInMemory"
        );
        Self::new(ErrorKind::Protocol, text).with_source(source)
    }

    /// Whether it is about a frame that is longer than any is taken.
    pub(crate) fn is_too_large(&self) -> bool {
        let source = self.0.source.as_deref();
        let source = source.and_then(|it| it.downcast_ref::<WireError>());
        matches!(source, Some(WireError::FrameLength { .. }))
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// The same error, as one that may pass by itself.
    pub(crate) fn passing(mut self) -> Self {
        self.0.passing = true;
        self
    }

    pub(crate) fn with_topic(mut self, topic: &str) -> Self {
        self.0.topic.get_or_insert_with(|| topic.to_owned());
        self
    }

    pub(crate) fn with_message_id(mut self, message_id: &str) -> Self {
        self.0
            .message_id
            .get_or_insert_with(|| message_id.to_owned());
        self
    }

    /// The same error, with what was being done put before its text.
    pub(crate) fn context(mut self, doing: impl fmt::Display) -> Self {
        self.0.message = format!("{doing}: {}", self.0.message);
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong and what to do, in words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The topic, where there is one.
    #[must_use]
    pub fn topic(&self) -> Option<&str> {
        self.0.topic.as_deref()
    }

    /// The message's id, where there is one.
    #[must_use]
    pub fn message_id(&self) -> Option<&str> {
        self.0.message_id.as_deref()
    }

    /// The response code of the server that refused.
    #[must_use]
    pub fn broker_code(&self) -> Option<i16> {
        self.0.broker.as_ref().map(|broker| broker.code.0)
    }

    /// The remark of the server that refused.
    #[must_use]
    pub fn remark(&self) -> Option<&str> {
        match &self.0.broker {
            Some(broker) => broker.remark.as_deref(),
            None => self.openapi()?.said(),
        }
    }

    pub(crate) fn openapi(&self) -> Option<&Fault> {
        self.0.openapi.as_deref()
    }

    pub(crate) fn with_openapi(mut self, fault: Fault) -> Self {
        self.0.openapi = Some(Box::new(fault));
        self
    }

    pub(crate) fn response_code(&self) -> Option<ResponseCode> {
        self.0.broker.as_ref().map(|broker| broker.code)
    }

    /// Whether the same call may succeed when it is made again, nothing else being changed.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        self.0.passing
            || self.0.kind.is_retriable()
            || self.response_code().is_some_and(|code| {
                self.0.kind == ErrorKind::BrokerRefused
                    && matches!(
                        code,
                        ResponseCode::SERVICE_NOT_AVAILABLE
                            | ResponseCode::SYSTEM_ERROR
                            | ResponseCode::GO_AWAY
                    )
            })
    }
}

/// Apache's brokers answer some refusals with general codes; the remark tells them apart
/// (`wire.md`, sections 3, 4 and 14).
fn refusal_kind(code: ResponseCode, remark: Option<&str>) -> ErrorKind {
    const ACL_EXCEPTION: &str = "org.apache.rocketmq.acl.common.AclException";
    let remark = remark.unwrap_or_default();
    match code {
        // "check signature failed.", "User:X is not found.", "... has no permission ...". A
        // broker that is not writeable for anybody answers the same code.
        ResponseCode::NO_PERMISSION if !remark.contains("the broker") => ErrorKind::NoPermission,
        ResponseCode::SYSTEM_ERROR if remark.starts_with(ACL_EXCEPTION) => ErrorKind::NoPermission,
        ResponseCode::SYSTEM_BUSY | ResponseCode::FLOW_CONTROL => ErrorKind::FlowControl,
        ResponseCode::MESSAGE_ILLEGAL => ErrorKind::IllegalMessage,
        // A topic of over 127 characters, or with odd ones: 4.9.7 says 1, 5.3.3 says 29.
        ResponseCode::SYSTEM_ERROR | ResponseCode::INVALID_PARAMETER
            if remark.starts_with("The specified topic") =>
        {
            ErrorKind::IllegalMessage
        }
        ResponseCode::TOPIC_NOT_EXIST => ErrorKind::NoRoute,
        _ => ErrorKind::BrokerRefused,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug
            .field("kind", &self.0.kind)
            .field("message", &self.0.message);
        for (name, value) in [("topic", self.topic()), ("message_id", self.message_id())] {
            if let Some(value) = value {
                debug.field(name, &value);
            }
        }
        if let Some(broker) = &self.0.broker {
            debug
                .field("broker_code", &broker.code)
                .field("remark", &broker.remark);
        }
        if let Some(fault) = &self.0.openapi {
            debug.field("openapi", fault);
        }
        if let Some(source) = &self.0.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}
