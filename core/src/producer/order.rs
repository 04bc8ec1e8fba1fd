//! The producer of ordered messages.

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};
use onsmq_proto::hash::java_string_hash;
use rustc_hash::FxHashMap;

use super::check::Checker;
use super::life::producer_life;
use super::shared::Shared;
use super::turns::Turns;
use crate::config::ProducerConfig;
use crate::instance::Client;
use crate::{Error, ErrorKind, Message, Result, SendResult};

/// Sends messages whose order counts: those of one sharding key go to one queue, the same that the
/// vendor's Java SDK takes, and an `OrderConsumer` gets them one by one.
///
/// The order is that of the calls: a send waits until those of its sharding key that were called
/// before it are over. All methods may be called from any task at once; those that are not `async`
/// do not block. A producer that is dropped is shut down in the background.
pub struct OrderProducer {
    shared: Arc<Shared>,
    turns: Turns,
}

producer_life!(OrderProducer, shared);

impl OrderProducer {
    pub(crate) fn new(client: Client, config: ProducerConfig) -> Self {
        Self {
            shared: Shared::new(client, config, None::<Checker>),
            turns: Turns::default(),
        }
    }

    /// Sends a message to the queue of a sharding key, and returns once the broker has stored it.
    /// What fails is tried again there, and nowhere else, within `SendMsgTimeoutMillis` of its
    /// turn. It is in flight, and its turn is taken, from this call on, not from when its future is
    /// polled first; a future that is not polled holds up those behind it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a blank sharding key; else as
    /// [`Producer::send`](crate::Producer::send).
    pub fn send(
        &self,
        message: Message,
        sharding_key: &str,
    ) -> impl Future<Output = Result<SendResult>> + Send + use<> {
        let begun = not_blank(&message, sharding_key).and_then(|()| self.shared.begin());
        let mut turn = self.turns.take(java_string_hash(sharding_key));
        let message = message.sharding_key(sharding_key);
        let shared = Arc::clone(&self.shared);
        async move {
            let (running, _in_flight) = begun?;
            turn.come().await;
            let leaving = shared.leaving(&running, message)?;
            let leaving = leaving.map(|it| {
                it.bind_to_its_queue();
                Ok(())
            })?;
            let (stored, _) = shared.send(&running, leaving).await?;
            Ok(stored.result)
        }
    }

    /// Sends many messages, each by the sharding key that [was set](Message::sharding_key), and
    /// returns what became of each, in their order. Those of one sharding key go one after another;
    /// once one has failed, those behind it are not sent, so that they may all be sent again in
    /// order.
    pub fn send_many<'m, M: Into<Cow<'m, Message>>>(
        &self,
        messages: impl IntoIterator<Item = M, IntoIter: ExactSizeIterator>,
    ) -> BoxFuture<'static, Vec<Result<SendResult>>> {
        let mut lines = FxHashMap::<String, Vec<_>>::default();
        let messages = messages.into_iter();
        let count = messages.len();
        for (at, message) in messages.enumerate() {
            let message = message.into().into_owned();
            let key = message.get_sharding_key().unwrap_or_default().to_owned();
            let topic = message.topic().to_owned();
            let send = self.send(message, &key);
            lines.entry(key).or_default().push((at, topic, send));
        }
        Box::pin(async move {
            let mut sent: Vec<_> = (0..count).map(|_| None).collect();
            let lines = join_all(lines.into_values().map(one_by_one)).await;
            for (at, result) in lines.into_iter().flatten() {
                sent[at] = Some(result);
            }
            sent.into_iter().flatten().collect()
        })
    }
}

fn not_blank(message: &Message, sharding_key: &str) -> Result<()> {
    match sharding_key.trim().is_empty() {
        false => Ok(()),
        true => Err(Error::new(
            ErrorKind::InvalidArgument,
            "the sharding key is blank: give what the order is kept within, such as an order's id",
        )
        .with_topic(message.topic())),
    }
}

/// Sends until one fails.
async fn one_by_one(
    sends: Vec<(usize, String, impl Future<Output = Result<SendResult>>)>,
) -> Vec<(usize, Result<SendResult>)> {
    let mut results = Vec::with_capacity(sends.len());
    let mut failed: Option<(ErrorKind, String)> = None;
    for (at, topic, send) in sends {
        let result = match &failed {
            None => send.await,
            Some((kind, why)) => Err(held_back(*kind, why).with_topic(&topic)),
        };
        if let (None, Err(error)) = (&failed, &result) {
            failed = Some((error.kind(), error.to_string()));
        }
        results.push((at, result));
    }
    results
}

fn held_back(kind: ErrorKind, why: &str) -> Error {
    Error::new(
        kind,
        format!(
            "not sent, to keep the order, because a message of its sharding key before it failed: {why}"
        ),
    )
}
