//! Messages that are delivered later: what is done to them when they come and when their time
//! does (Java's `HookUtils.handleScheduleMessage`, `ScheduleMessageService`).

use std::time::Duration;

use onsmq_proto::codec::ResponseCode;
use onsmq_proto::message::properties::{self, name};
use onsmq_proto::message::{StoredMessage, sys_flag};
use onsmq_proto::names;

use super::Broker;
use super::properties::edit;
use super::put::Draft;
use super::topics::{SCHEDULE, TIMER, no_such_topic};
use crate::answer::Refusal;
use crate::clock;
use crate::store::NewMessage;

/// How far ahead a message may be delivered: three days, in ms (`timerMaxDelaySec`).
const MAX_TIMER_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// What Java's timer rounds to, in ms.
const PRECISION_MS: i64 = 1000;

const TIMER_DELAY_SEC: &str = "TIMER_DELAY_SEC";
const TIMER_DELAY_MS: &str = "TIMER_DELAY_MS";
const TIMER_ENQUEUE_MS: &str = "TIMER_ENQUEUE_MS";
const TIMER_DEQUEUE_MS: &str = "TIMER_DEQUEUE_MS";
/// Set once a message has a place in the timer: it does not get another.
pub(super) const TIMER_OUT_MS: &str = "TIMER_OUT_MS";

impl Broker {
    /// Sends a message to where it waits if its properties ask for it, and says for how long.
    pub(super) fn plan_delay(
        &self,
        draft: &mut Draft<'_>,
        now: i64,
    ) -> Result<Option<Duration>, Refusal> {
        let transaction = draft.message.sys_flag & sys_flag::TRANSACTION_ROLLBACK;
        if transaction != 0 && transaction != sys_flag::TRANSACTION_COMMIT {
            return Ok(None);
        }
        let level = level(&draft.properties);
        if level > 0 {
            return self.delay_by_level(draft, level).map(Some);
        }
        if properties::get(&draft.properties, TIMER_OUT_MS).is_some() {
            return Ok(None);
        }
        let Some(deliver_ms) = timer(&draft.properties, now).transpose()? else {
            return Ok(None);
        };
        self.delay_by_time(draft, deliver_ms, now)
    }

    fn delay_by_level(&self, draft: &mut Draft<'_>, level: i32) -> Result<Duration, Refusal> {
        let level = self.settings.clamp_level(level);
        let is_retry = names::is_retry_topic(&draft.topic.name);
        // A level beats a time.
        let dropped = [
            (name::TIMER_DELIVER_MS, None),
            (TIMER_DELAY_SEC, None),
            (TIMER_DELAY_MS, None),
        ];
        let clamped = level.to_string();
        let changes = [&dropped[..], &[(name::DELAY, Some(clamped.as_str()))]].concat();
        self.redirect(draft, SCHEDULE, level - 1, &changes)?;
        Ok(self.settings.delay(level, is_retry))
    }

    fn delay_by_time(
        &self,
        draft: &mut Draft<'_>,
        deliver_ms: i64,
        now: i64,
    ) -> Result<Option<Duration>, Refusal> {
        let Some(wait) = deliver_ms.checked_sub(now).filter(|wait| *wait > 0) else {
            return Ok(None);
        };
        if wait > MAX_TIMER_MS {
            return Err(illegal_timer());
        }
        let out = match deliver_ms % PRECISION_MS {
            0 => deliver_ms - PRECISION_MS,
            rest => deliver_ms - rest,
        };
        let out = out.to_string();
        let enqueued = (now - now % PRECISION_MS).to_string();
        let changes = [
            (TIMER_OUT_MS, Some(out.as_str())),
            (TIMER_ENQUEUE_MS, Some(enqueued.as_str())),
        ];
        self.redirect(draft, TIMER, 0, &changes)?;
        let wait = Duration::from_millis(wait.unsigned_abs());
        Ok(Some(self.settings.sped_up(wait)))
    }

    /// Gives a message another topic and keeps its own among its properties.
    pub(super) fn redirect(
        &self,
        draft: &mut Draft<'_>,
        topic: &str,
        queue: usize,
        changes: &[(&str, Option<&str>)],
    ) -> Result<(), Refusal> {
        let queue_id = draft.queue_id.to_string();
        let place = [
            (name::REAL_TOPIC, Some(&*draft.topic.name)),
            (name::REAL_QUEUE_ID, Some(queue_id.as_str())),
        ];
        draft.properties = edit(&draft.properties, &[changes, &place].concat());
        draft.topic = self.group_topic(topic)?;
        draft.queue_id = i32::try_from(queue).unwrap_or_default();
        Ok(())
    }

    /// Moves a message whose time has come to its real queue.
    pub(super) fn deliver_delayed(&self, message: &StoredMessage) -> Result<(), Refusal> {
        let now = clock::now_ms().to_string();
        let dequeued = match message.property(TIMER_OUT_MS) {
            Some(_) if message.topic() == TIMER => vec![(TIMER_DEQUEUE_MS, Some(now.as_str()))],
            _ => Vec::new(),
        };
        let draft = self.to_real_queue(message, &dequeued)?;
        self.put_now(&draft, clock::now_ms())?;
        Ok(())
    }

    /// A message that waited, on its way to the queue that it was sent to.
    pub(super) fn to_real_queue<'a>(
        &self,
        message: &'a StoredMessage,
        changes: &[(&str, Option<&str>)],
    ) -> Result<Draft<'a>, Refusal> {
        let topic = message.property(name::REAL_TOPIC).unwrap_or_default();
        let queue_id = message.property(name::REAL_QUEUE_ID);
        Ok(Draft {
            topic: self
                .topics
                .get(topic)
                .ok_or_else(|| no_such_topic(topic, ""))?,
            queue_id: queue_id.and_then(|id| id.parse().ok()).unwrap_or_default(),
            properties: edit(message.raw_properties(), changes),
            message: NewMessage::again(message, ""),
        })
    }
}

/// Whether a property is one of those that have a message wait for a time, or say that it did.
pub(super) fn is_of_a_timer(name: &str) -> bool {
    name.starts_with("TIMER_")
}

/// The delay level that a message asks for; 0 and below for none.
pub(super) fn level(raw_properties: &str) -> i32 {
    properties::get(raw_properties, name::DELAY)
        .and_then(|level| level.parse().ok())
        .unwrap_or(0)
}

/// When a message asks to be delivered.
fn timer(raw_properties: &str, now: i64) -> Option<Result<i64, Refusal>> {
    let get = |name| properties::get(raw_properties, name);
    let (text, unit, from) = if let Some(seconds) = get(TIMER_DELAY_SEC) {
        (seconds, 1000, now)
    } else if let Some(millis) = get(TIMER_DELAY_MS) {
        (millis, 1, now)
    } else {
        (get(name::TIMER_DELIVER_MS)?, 1, 0)
    };
    let time = text.parse().ok();
    let time = time.and_then(|time: i64| time.checked_mul(unit)?.checked_add(from));
    Some(time.ok_or_else(illegal_timer))
}

fn illegal_timer() -> Refusal {
    Refusal::new(
        ResponseCode::MESSAGE_ILLEGAL,
        format!(
            "timer message illegal, the delay time should not be bigger than the max delay \
             {MAX_TIMER_MS}ms; or if set del msg, the delay time should be bigger than the \
             current time"
        ),
    )
}
