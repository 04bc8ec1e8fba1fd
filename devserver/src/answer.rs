//! What becomes of a request.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::WireError;
use onsmq_proto::codec::{Command, ExtFields, Language, ResponseCode};

use crate::store::Queue;

/// What a request comes to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is answered.
    Answer(Command),
    /// It is not answered.
    Silence,
    /// It is answered when a message arrives, or when its time is over.
    Wait(Wait),
}

/// A pull that found nothing and may be held.
#[derive(Debug)]
pub(crate) struct Wait {
    /// The queue that holds a waiter for it.
    pub(crate) queue: Arc<Queue>,
    /// How long it may be held.
    pub(crate) timeout: Duration,
}

/// Why a request was not served: a code, and a text that says what was wrong.
#[derive(Debug)]
pub(crate) struct Refusal {
    code: ResponseCode,
    remark: String,
    fields: ExtFields,
}

/// A handler's result.
pub(crate) type Answered = Result<Outcome, Refusal>;

impl Refusal {
    pub(crate) fn new(code: ResponseCode, remark: impl Into<String>) -> Self {
        Self {
            code,
            remark: remark.into(),
            fields: ExtFields::new(),
        }
    }

    /// The same with fields: some answers carry theirs even when they refuse.
    pub(crate) fn with_fields(mut self, fields: ExtFields) -> Self {
        self.fields = fields;
        self
    }

    pub(crate) fn remark(&self) -> &str {
        &self.remark
    }

    pub(crate) fn into_answer(self) -> Command {
        let mut answer = answer(self.code);
        answer.remark = Some(self.remark);
        answer.fields = self.fields;
        answer
    }
}

/// A header or body that does not parse: Java's brokers answer an exception's text.
impl From<WireError> for Refusal {
    fn from(error: WireError) -> Self {
        Self::new(ResponseCode::SYSTEM_ERROR, error.to_string())
    }
}

/// What was asked for cannot be kept.
impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        let text = format!("the dev server cannot keep its data: {error}");
        Self::new(ResponseCode::SYSTEM_ERROR, text)
    }
}

/// What a server says of itself: 5.3.3, and Java, since clients look at the version and know a
/// server by nothing else.
const VERSION: i16 = 479;

/// An answer. Its opaque is filled in where it is sent.
pub(crate) fn answer(code: ResponseCode) -> Command {
    Command {
        version: VERSION,
        language: Language::Java,
        ..Command::response(code, 0)
    }
}

/// Success without anything more.
pub(crate) fn success() -> Command {
    answer(ResponseCode::SUCCESS)
}

/// A request of the server's own.
pub(crate) fn from_server(request: Command) -> Command {
    Command {
        version: VERSION,
        language: Language::Java,
        ..request
    }
}

impl From<Command> for Outcome {
    fn from(answer: Command) -> Self {
        Self::Answer(answer)
    }
}
