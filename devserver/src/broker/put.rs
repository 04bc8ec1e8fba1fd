//! The way into the store that every single message takes.

use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::codec::ResponseCode;

use super::Broker;
use crate::answer::Refusal;
use crate::clock;
use crate::journal::Waiting;
use crate::settings::MAX_BODY;
use crate::store::{Appended, NewMessage, Topic, Unstored};

/// A message on its way to a queue.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) topic: Arc<Topic>,
    pub(super) queue_id: i32,
    /// As a broker stores them.
    pub(super) properties: String,
    /// The rest of it; its own `properties` are not looked at.
    pub(super) message: NewMessage<'a>,
}

/// Where a message was stored: for a delayed one, where it waits.
pub(super) type Stored = Appended<i64>;

impl Broker {
    /// Stores a message in its queue, or has it wait if its properties ask for that. What was
    /// done to the properties shows in `draft`.
    pub(super) fn put(&self, draft: &mut Draft<'_>) -> Result<Stored, Refusal> {
        let now = clock::now_ms();
        match self.plan_delay(draft, now)? {
            None => self.put_now(draft, now),
            Some(delay) => self.put_waiting(draft, now, delay, None),
        }
    }

    /// Stores a message in its queue.
    pub(super) fn put_now(&self, draft: &Draft<'_>, now: i64) -> Result<Stored, Refusal> {
        self.store(draft, now, None)
    }

    /// Stores a message where it waits. `half` is the id of a half message that is to be decided.
    pub(super) fn put_waiting(
        &self,
        draft: &Draft<'_>,
        now: i64,
        delay: Duration,
        half: Option<&str>,
    ) -> Result<Stored, Refusal> {
        let due = clock::after_ms(now, delay);
        let stored = self.store(draft, now, Some(Waiting { due, half }))?;
        if let Some(id) = half {
            self.halves.insert(id);
        }
        if let Some(queue) = draft.topic.queue(draft.queue_id) {
            self.schedule
                .add(delay, Arc::clone(queue), stored.queue_offset);
        }
        Ok(stored)
    }

    fn store(
        &self,
        draft: &Draft<'_>,
        now: i64,
        waiting: Option<Waiting<'_>>,
    ) -> Result<Stored, Refusal> {
        if draft.message.body.len() > MAX_BODY {
            return Err(illegal_message());
        }
        let queue = draft
            .topic
            .queue(draft.queue_id)
            .ok_or_else(|| no_such_queue(draft))?;
        let message = NewMessage {
            properties: &draft.properties,
            ..draft.message.clone()
        };
        Ok(queue.append_one(&self.log, now, &message, waiting)?)
    }
}

/// A message that is too large, or whose properties are.
pub(super) fn illegal_message() -> Refusal {
    Refusal::new(
        ResponseCode::MESSAGE_ILLEGAL,
        format!(
            "the message is illegal, maybe msg body or properties length not matched. msg body \
             length limit {MAX_BODY}B, msg properties length limit 32KB."
        ),
    )
}

impl From<Unstored> for Refusal {
    fn from(why: Unstored) -> Self {
        match why {
            Unstored::TooLong => illegal_message(),
            Unstored::Unkept(error) => error.into(),
        }
    }
}

fn no_such_queue(draft: &Draft<'_>) -> Refusal {
    Refusal::new(
        ResponseCode::INVALID_PARAMETER,
        format!("queueId[{}] is illegal, {}", draft.queue_id, draft.topic),
    )
}
