//! What can be wrong with bytes.

/// A fault in bytes that came from a peer, or in what was asked to be put into bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The length field of a frame is impossible, or above what this side takes.
    #[error("frame of {length} bytes: at least 4 and at most {max} are taken")]
    FrameLength {
        /// What the length field says.
        length: u32,
        /// The limit of this side.
        max: usize,
    },
    /// The header is said to be longer than its frame.
    #[error("header of {header} bytes in a frame of {frame} bytes")]
    HeaderLength {
        /// What the header's length field says.
        header: usize,
        /// Bytes in the frame behind that field.
        frame: usize,
    },
    /// The first byte of the header's mark names no serialisation.
    #[error("unknown header serialisation {0}: neither JSON (0) nor ROCKETMQ (1)")]
    Serialization(u8),
    /// The bytes end before the value does.
    #[error("{what} is cut short")]
    Truncated {
        /// The value that was being read.
        what: &'static str,
    },
    /// Text that is not UTF-8.
    #[error("{what} is not UTF-8")]
    Utf8 {
        /// The value that was being read.
        what: &'static str,
    },
    /// JSON that does not parse, or not to the type that is due.
    #[error("{what}: bad JSON: {detail}")]
    Json {
        /// The body or header that was being read.
        what: &'static str,
        /// What the parser says.
        detail: String,
    },
    /// A header field that must be there and is not.
    #[error("header field `{0}` is missing")]
    MissingField(&'static str),
    /// A header field that does not parse.
    #[error("header field `{name}` has the unfit value `{value}`")]
    BadField {
        /// The field.
        name: &'static str,
        /// What it held.
        value: String,
    },
    /// A stored message does not begin with a known magic.
    #[error("stored message with unknown magic {0:#010x}")]
    Magic(u32),
    /// A length inside a stored message does not fit into it.
    #[error("stored message: {what} has the unfit length {length}")]
    Length {
        /// The part of the message.
        what: &'static str,
        /// What its length field says.
        length: i64,
    },
    /// A compressed body that does not decompress.
    #[error("message body does not decompress as {algorithm}: {detail}")]
    Compression {
        /// The algorithm that the message names.
        algorithm: &'static str,
        /// What the decoder says.
        detail: String,
    },
    /// A message id that is not one.
    #[error("`{0}` is not an offset message id: 32 or 56 hexadecimal digits are due")]
    MessageId(String),
    /// A value that is too large for its field.
    #[error("{what} of {length} bytes is too long for its field")]
    TooLong {
        /// The value.
        what: &'static str,
        /// Its size in bytes.
        length: usize,
    },
    /// A subscription expression that is not one.
    #[error("subscription expression `{0}` names no tag: use `*`, or `TagA || TagB`")]
    Expression(String),
}

impl WireError {
    pub(crate) fn json(what: &'static str, error: &serde_json::Error) -> Self {
        Self::Json {
            what,
            detail: error.to_string(),
        }
    }
}
