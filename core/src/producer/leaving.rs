//! What surrounds a send: its span, the compression of the body, and message trace.

use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use super::attempt::Stored;
use super::outgoing::Outgoing;
use super::shared::{Running, Shared};
use crate::instance::now_ms;
use crate::{Message, Result, spans, trace};

/// A message that is ready to leave, and the span of its send.
pub(super) struct Leaving {
    outgoing: Outgoing,
    span: Span,
}

impl Leaving {
    /// The message with something more.
    pub(super) fn map(self, more: impl FnOnce(Outgoing) -> Result<Outgoing>) -> Result<Self> {
        let Self { outgoing, span } = self;
        more(outgoing)
            .inspect_err(|error| spans::failed(&span, error))
            .map(|outgoing| Self {
                outgoing,
                span: span.clone(),
            })
    }
}

impl Shared {
    /// Checks a message and makes it ready to leave, its span first: errors belong to that.
    pub(super) fn outgoing(&self, running: &Running, mut message: Message) -> Result<Leaving> {
        let instance = &running.sender.instance;
        let span = spans::send(&mut message, &self.config.group, &instance.propagator);
        match Outgoing::new(message, instance, self.config.max_message_size) {
            Ok(outgoing) => Ok(Leaving { outgoing, span }),
            Err(error) => {
                spans::failed(&span, &error);
                Err(error)
            }
        }
    }

    /// Sends a message, and returns once a broker has stored it.
    pub(super) async fn send(
        &self,
        running: &Running,
        leaving: Leaving,
    ) -> Result<(Stored, Outgoing)> {
        let Leaving { outgoing, span } = leaving;
        let (begun, time) = (Instant::now(), now_ms());
        let deadline = self.deadline();
        spans::outgoing(&span, &outgoing);
        let send = async {
            let outgoing = outgoing.compressed(&self.config).await;
            let sent = running.sender.send(&outgoing, deadline).await;
            (sent, outgoing)
        };
        let (sent, outgoing) = send.instrument(span.clone()).await;
        spans::sent(&span, sent.as_ref().map(|stored| &stored.result));
        let stored = sent?;
        self.record(running, &outgoing, &stored, begun, time);
        Ok((stored, outgoing))
    }

    /// Sends a message without awaiting an answer. Returns its id.
    pub(super) async fn send_oneway(&self, running: &Running, leaving: Leaving) -> Result<String> {
        let Leaving { outgoing, span } = leaving;
        let deadline = self.deadline();
        spans::outgoing(&span, &outgoing);
        let send = async {
            let outgoing = outgoing.compressed(&self.config).await;
            let sent = running.sender.send_oneway(&outgoing, deadline).await;
            sent.map_err(|error| {
                error
                    .with_topic(&outgoing.topic)
                    .with_message_id(&outgoing.message_id)
            })?;
            Ok(outgoing.message_id)
        };
        let sent = send.instrument(span.clone()).await;
        sent.inspect_err(|error| spans::failed(&span, error))
    }

    fn record(
        &self,
        running: &Running,
        outgoing: &Outgoing,
        stored: &Stored,
        begun: Instant,
        time: i64,
    ) {
        let published = trace::Published {
            sent: outgoing.for_trace(&self.config.group, &stored.address),
            answer: &stored.answer,
            begun,
            time,
            body_length: outgoing.body.len(),
            message_type: outgoing.message_type(),
            success: stored.is_safe,
        };
        trace::published(&running.sender.instance, &published);
    }
}
