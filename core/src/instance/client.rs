//! The entrance: makes producers and consumers, and the instances that they share.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::members::{ConsumerMember, Members};
use super::shared::Instance;
use crate::config::{ClientConfig, Config, ConsumerConfig, ProducerConfig};
use crate::producer::Checker;
use crate::{
    BatchConsumer, Consumer, MessageExt, OrderConsumer, OrderProducer, Producer, Result,
    TransactionProducer, TransactionStatus,
};

/// Makes producers and consumers. Those of one client that have the same name servers, account
/// and instance name share connections, heartbeats and routes. Clones are the same client.
///
/// ```no_run
/// # async fn example() -> onsmq::Result<()> {
/// use onsmq::{Client, Config, Message};
///
/// let client = Client::new();
/// let producer = client.producer(&Config::new().set("NAMESRV_ADDR", "127.0.0.1:9876"))?;
/// producer.start().await?;
/// let sent = producer.send(Message::new("orders", "hello").tag("created")).await?;
/// println!("{sent}");
/// producer.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Client(Arc<Registry>);

#[derive(Default)]
struct Registry(Mutex<Instances>);

#[derive(Default)]
struct Instances {
    by_config: FxHashMap<ClientConfig, Vec<Weak<Instance>>>,
    made: u64,
}

impl Client {
    /// A client without producers and consumers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a producer; it connects when it is started.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn producer(&self, config: &Config) -> Result<Producer> {
        Ok(Producer::new(
            self.clone(),
            ProducerConfig::try_from(config)?,
        ))
    }

    /// Makes a producer of ordered messages; it connects when it is started.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn order_producer(&self, config: &Config) -> Result<OrderProducer> {
        Ok(OrderProducer::new(
            self.clone(),
            ProducerConfig::try_from(config)?,
        ))
    }

    /// Makes a producer of transactional messages; it connects when it is started. The checker is
    /// asked for the outcome of half messages of the group, its own and those of others.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn transaction_producer<C, F>(
        &self,
        config: &Config,
        checker: C,
    ) -> Result<TransactionProducer>
    where
        C: Fn(MessageExt) -> F + Send + Sync + 'static,
        F: Future<Output = TransactionStatus> + Send + 'static,
    {
        Ok(TransactionProducer::new(
            self.clone(),
            ProducerConfig::try_from(config)?,
            checker,
        ))
    }

    /// Makes a consumer; it connects when it is started.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn consumer(&self, config: &Config) -> Result<Consumer> {
        Ok(Consumer::new(
            self.clone(),
            ConsumerConfig::try_from(config)?,
        ))
    }

    /// Makes a consumer of ordered messages; it connects when it is started.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn order_consumer(&self, config: &Config) -> Result<OrderConsumer> {
        OrderConsumer::new(self.clone(), ConsumerConfig::try_from(config)?)
    }

    /// Makes a consumer of lists of messages; it connects when it is started.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn batch_consumer(&self, config: &Config) -> Result<BatchConsumer> {
        Ok(BatchConsumer::new(
            self.clone(),
            ConsumerConfig::try_from(config)?,
        ))
    }

    /// Lets a producer into an instance of its configuration.
    pub(crate) fn join_producer(
        &self,
        config: &ClientConfig,
        group: &str,
        checker: Option<Checker>,
    ) -> Result<Arc<Instance>> {
        self.join(
            config,
            |_| true,
            |members| {
                members.add_producer(group, checker.clone());
                Ok(())
            },
        )
    }

    /// Lets a consumer into an instance of its configuration. A client is one member of a group:
    /// a second consumer of the group gets an instance, and so a client id, of its own, unless an
    /// instance name was asked for.
    pub(crate) fn join_consumer(
        &self,
        config: &ClientConfig,
        group: &str,
        member: impl Fn(&Arc<Instance>) -> Arc<dyn ConsumerMember>,
    ) -> Result<Arc<Instance>> {
        let may_split = config.instance_name.is_none();
        self.join_with(
            config,
            |instance| !(may_split && instance.has_consumer(group)),
            |instance, members| members.add_consumer(group, member(instance)),
        )
    }

    fn join(
        &self,
        config: &ClientConfig,
        fits: impl Fn(&Instance) -> bool,
        enter: impl Fn(&mut Members) -> Result<()>,
    ) -> Result<Arc<Instance>> {
        self.join_with(config, fits, |_, members| enter(members))
    }

    fn join_with(
        &self,
        config: &ClientConfig,
        fits: impl Fn(&Instance) -> bool,
        enter: impl Fn(&Arc<Instance>, &mut Members) -> Result<()>,
    ) -> Result<Arc<Instance>> {
        let mut instances = self.0.0.lock();
        let known = instances.by_config.get(config).into_iter().flatten();
        for instance in known.filter_map(Weak::upgrade).filter(|it| fits(it)) {
            if let Some(entered) = instance.join(|members| enter(&instance, members)) {
                return entered.map(|()| instance);
            }
        }
        instances.made += 1;
        let instance = Instance::spawn(config, instances.made)?;
        let of_config = instances.by_config.entry(config.clone()).or_default();
        of_config.retain(|it| it.strong_count() > 0);
        of_config.push(Arc::downgrade(&instance));
        // Nobody else has seen it yet, so it is not closed.
        instance
            .join(|members| enter(&instance, members))
            .unwrap_or(Ok(()))?;
        Ok(instance)
    }
}
