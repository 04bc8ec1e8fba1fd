//! What a user says is to go wrong.

use serde::{Deserialize, Serialize};

use super::matching::{AnswerCode, Requests};

/// What is to go wrong, and for which requests. What is left out matches all.
///
/// As JSON: `{"topic": "orders", "code": "SEND", "count": 2, "fault": {"answer": {"code":
/// "SYSTEM_BUSY", "remark": "full"}}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The server: `broker-a`, `broker-b`... or `namesrv`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<String>,
    /// The kind of request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Requests>,
    /// The topic that the request names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// How many requests are spared before the first fault.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: u64,
    /// How many times it goes wrong; without a number, until the rule is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// What goes wrong.
    pub fault: Fault,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What goes wrong. As JSON `"drop_answer"`, or `{"delay": {"millis": 500}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// A new connection is reset as soon as it is there. Only a rule without a code and without
    /// a topic can say so: nothing was asked yet. Who wants no listener at all kills the broker.
    RefuseConnection,
    /// The request is served so many milliseconds later; others on the connection are not held
    /// up by it.
    Delay {
        /// How long.
        millis: u64,
    },
    /// The request is lost on its way: not served, not answered.
    DropRequest,
    /// The request is served, and its answer is lost: a message was stored, and nobody knows.
    DropAnswer,
    /// The request is not served, and answered with this.
    Answer {
        /// The response code.
        code: AnswerCode,
        /// The text, which clients report as the remark.
        #[serde(default)]
        remark: String,
    },
    /// The request is not served; its connection is closed.
    Disconnect,
    /// The request is served, and the connection is closed in the middle of the answer's frame.
    CutFrame,
    /// The connection is read no more. It stays open until its client closes it, or for 120 s.
    StopReading,
    /// What is written instead of the answer is no frame.
    Garbage,
}

impl Rule {
    /// A fault for every request; the fields narrow it.
    #[must_use]
    pub const fn new(fault: Fault) -> Self {
        Self {
            broker: None,
            code: None,
            topic: None,
            skip: 0,
            count: None,
            fault,
        }
    }

    /// At this server only: `broker-a`, `broker-b`... or `namesrv`.
    #[must_use]
    pub fn broker(mut self, name: impl Into<String>) -> Self {
        self.broker = Some(name.into());
        self
    }

    /// For these requests only.
    #[must_use]
    pub fn code(mut self, requests: Requests) -> Self {
        self.code = Some(requests);
        self
    }

    /// For requests that name this topic only.
    #[must_use]
    pub fn topic(mut self, topic: impl Into<String>) -> Self {
        self.topic = Some(topic.into());
        self
    }

    /// So many times, and no more.
    #[must_use]
    pub const fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// After so many requests that it would have been for.
    #[must_use]
    pub const fn skip(mut self, skip: u64) -> Self {
        self.skip = skip;
        self
    }

    /// # Errors
    /// What is wrong with it, where it could never apply.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let names_a_request = self.code.is_some() || self.topic.is_some();
        if self.fault == Fault::RefuseConnection && names_a_request {
            return Err("a rule that refuses connections has neither a code nor a topic");
        }
        if self.count == Some(0) {
            return Err("a rule with the count 0 would never apply");
        }
        Ok(())
    }
}
