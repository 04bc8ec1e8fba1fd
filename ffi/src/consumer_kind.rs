//! The three kinds of consumer as one.

use futures_util::future::BoxFuture;
use onsmq::{Client, Config, Consumer, Filter, Inbox, OrderConsumer, Result};

/// A consumer of any kind. They differ in what a delivery is, and in when the next one comes.
#[derive(Debug)]
pub(crate) enum AnyConsumer {
    Normal(Consumer),
    Ordered(OrderConsumer),
    Batch(onsmq::BatchConsumer),
}

/// The same expression for each kind.
macro_rules! each {
    ($kind:expr, $consumer:ident => $value:expr) => {
        match $kind {
            AnyConsumer::Normal($consumer) => $value,
            AnyConsumer::Ordered($consumer) => $value,
            AnyConsumer::Batch($consumer) => $value,
        }
    };
}

impl AnyConsumer {
    pub(crate) fn normal(client: &Client, config: &Config) -> Result<Self> {
        client.consumer(config).map(Self::Normal)
    }

    pub(crate) fn ordered(client: &Client, config: &Config) -> Result<Self> {
        client.order_consumer(config).map(Self::Ordered)
    }

    pub(crate) fn batch(client: &Client, config: &Config) -> Result<Self> {
        client.batch_consumer(config).map(Self::Batch)
    }

    /// Most messages of a delivery.
    pub(crate) fn batch_size(&self) -> usize {
        match self {
            Self::Normal(_) | Self::Ordered(_) => 1,
            Self::Batch(consumer) => consumer.batch_max_size(),
        }
    }

    pub(crate) fn inbox(&self) -> Inbox {
        each!(self, it => it.inbox())
    }

    pub(crate) fn subscribe(&self, topic: &str, filter: Filter<'_>, inbox: &Inbox) -> Result<()> {
        each!(self, it => it.subscribe_inbox(topic, filter, inbox))
    }

    pub(crate) fn unsubscribe(&self, topic: &str) -> Result<()> {
        each!(self, it => it.unsubscribe(topic))
    }

    pub(crate) async fn start(&self) -> Result<()> {
        each!(self, it => it.start().await)
    }

    pub(crate) fn shutdown(&self) -> BoxFuture<'static, ()> {
        each!(self, it => Box::pin(it.shutdown()))
    }

    pub(crate) fn is_started(&self) -> bool {
        each!(self, it => it.is_started())
    }

    pub(crate) fn is_closed(&self) -> bool {
        each!(self, it => it.is_closed())
    }

    pub(crate) fn consume_thread_nums(&self) -> usize {
        each!(self, it => it.consume_thread_nums())
    }
}
