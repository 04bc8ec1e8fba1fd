//! What surrounds a send: its span, the compression of the body, and message trace.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use onsmq_proto::machine::MessageQueue;
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use super::attempt::{Sender, Tries};
use super::buffer::{Buffer, Room};
use super::outgoing::{self, Outgoing};
use super::shared::{Running, Shared};
use super::stored::Stored;
use super::topic::Topic;
use crate::config::ProducerConfig;
use crate::{Error, Message, MessageId, Result, SendResult, spans, trace};

/// A message that was checked and is about to leave, all but itself.
pub(super) struct Draft {
    pub(super) message_id: MessageId,
    pub(super) born_timestamp: i64,
    /// None: just now.
    pub(super) begun: Option<Instant>,
    pub(super) span: Span,
}

/// A message that is ready to leave, and the span of its send.
pub(super) struct Leaving {
    pub(super) outgoing: Outgoing,
    span: Span,
    pub(super) begun: Instant,
    pub(super) deadline: Instant,
}

impl Leaving {
    /// A message that has so much time.
    pub(super) fn of(draft: Draft, outgoing: Outgoing, timeout: Duration) -> Self {
        let begun = draft.begun.unwrap_or_else(Instant::now);
        Self {
            outgoing,
            span: draft.span,
            begun,
            deadline: begun + timeout,
        }
    }

    /// What [`Leaving::of`] was given.
    pub(super) fn apart(self) -> (Draft, Outgoing) {
        let draft = Draft {
            message_id: self.outgoing.message_id,
            born_timestamp: self.outgoing.born_timestamp,
            begun: Some(self.begun),
            span: self.span,
        };
        (draft, self.outgoing)
    }

    /// The message with something more.
    pub(super) fn map(mut self, more: impl FnOnce(&mut Outgoing) -> Result<()>) -> Result<Self> {
        more(&mut self.outgoing).inspect_err(|error| spans::failed(&self.span, error))?;
        Ok(self)
    }

    /// Room for it, with all that it holds.
    ///
    /// # Errors
    /// [`ErrorKind::FlowControl`](crate::ErrorKind::FlowControl).
    pub(super) async fn room(&self, buffer: &Buffer) -> Result<Room> {
        let bytes = self.outgoing.content().bytes();
        let room = buffer.take(bytes, self.deadline).await;
        room.map_err(|error| {
            spans::failed(&self.span, &error);
            self.outgoing.told_of(error)
        })
    }

    /// Tells its span what is known of it before it leaves.
    pub(super) fn is_known(&self) {
        let outgoing = &self.outgoing;
        spans::outgoing(&self.span, &outgoing.message_id, outgoing.kind());
    }

    /// As it travels: with its body compressed, where it is to be.
    pub(super) async fn ready(&mut self, config: &ProducerConfig) {
        self.is_known();
        self.outgoing.compress(config).await;
    }

    /// Sends it alone, to this queue first, if one is given.
    pub(super) async fn sent_by(
        &self,
        sender: &Sender,
        queue: Option<&MessageQueue>,
    ) -> Result<Stored> {
        let send = sender.send(&self.outgoing, self.deadline, queue);
        send.instrument(self.span.clone()).await
    }

    /// Sends it again after a try that failed, if that may help.
    pub(super) async fn sent_again_by(
        &self,
        sender: &Sender,
        tries: Tries,
        error: Error,
    ) -> Result<Stored> {
        let send = sender.send_again(&self.outgoing, tries, error);
        send.instrument(self.span.clone()).await
    }

    /// Tells spans and message trace how it went.
    pub(super) fn over(&self, sender: &Sender, sent: Result<&Stored, &Error>) {
        spans::sent(&self.span, sent.map(|stored| &stored.result));
        if let Ok(stored) = sent
            && stored.answer.is_recorded
        {
            self.record(sender, stored);
        }
    }

    /// What the application gets to know, once spans and message trace know.
    pub(super) fn told(&self, sender: &Sender, sent: Result<Stored>) -> Result<SendResult> {
        self.over(sender, sent.as_ref());
        sent.map(|stored| stored.result)
    }

    fn record(&self, sender: &Sender, stored: &Stored) {
        let published = trace::Published {
            sent: self.outgoing.for_trace(&sender.plain_group, stored),
            answer: &stored.answer.fields,
            offset_message_id: &|| stored.offset_message_id(),
            begun: self.begun,
            time: self.outgoing.born_timestamp,
            body_length: self.outgoing.body.len(),
            message_type: self.outgoing.message_type(),
            success: stored.answer.is_safe,
        };
        trace::published(&sender.instance, &published);
    }
}

impl Shared {
    /// Checks a message and makes it ready to leave.
    pub(super) fn leaving(&self, running: &Running, message: Message) -> Result<Leaving> {
        let (mut message, mut properties) = (Cow::Owned(message), String::with_capacity(128));
        let draft = self.draft(running, &mut message, &mut properties)?;
        let body = message.body.clone();
        Ok(self.whole(draft, &message, body, properties))
    }

    /// Checks a message, and writes its properties. The span comes first: errors belong to that.
    pub(super) fn draft(
        &self,
        running: &Running,
        message: &mut Cow<'_, Message>,
        properties: &mut String,
    ) -> Result<Draft> {
        let instance = &running.sender.instance;
        let span = spans::send(message, &self.config.group, &instance.propagator);
        let max_body = self.config.max_message_size;
        let namespace = instance.namespace.as_deref();
        match outgoing::write(message, instance, max_body, namespace, properties) {
            Ok((message_id, born_timestamp)) => Ok(Draft {
                message_id,
                born_timestamp,
                begun: None,
                span,
            }),
            Err(error) => {
                spans::failed(&span, &error);
                Err(error)
            }
        }
    }

    /// A message with all that it holds.
    pub(super) fn whole(
        &self,
        draft: Draft,
        message: &Message,
        body: Bytes,
        properties: String,
    ) -> Leaving {
        let topic = Topic::new(&message.topic, self.config.client.namespace.as_deref());
        let mut outgoing = Outgoing::new(&draft, topic, message);
        outgoing.hold(body, properties);
        Leaving::of(draft, outgoing, self.config.send_timeout)
    }

    /// Sends a message alone, and returns once a broker has stored it.
    pub(super) async fn send(
        &self,
        running: &Running,
        mut leaving: Leaving,
    ) -> Result<(Stored, Outgoing)> {
        leaving.ready(&self.config).await;
        let sent = leaving.sent_by(&running.sender, None).await;
        leaving.over(&running.sender, sent.as_ref());
        sent.map(|stored| (stored, leaving.outgoing))
    }

    /// Sends a message without awaiting an answer. Returns its id.
    pub(super) async fn send_oneway(
        &self,
        running: &Running,
        mut leaving: Leaving,
    ) -> Result<MessageId> {
        leaving.ready(&self.config).await;
        let Leaving {
            outgoing,
            span,
            deadline,
            ..
        } = leaving;
        let send = running.sender.send_oneway(&outgoing, deadline);
        match send.instrument(span.clone()).await {
            Ok(()) => Ok(outgoing.message_id),
            Err(error) => {
                let error = outgoing.told_of(error);
                spans::failed(&span, &error);
                Err(error)
            }
        }
    }
}
