//! Client for Apache RocketMQ and Aliyun MQ.
//!
//! A [`Client`] makes [`Producer`]s and [`Consumer`]s out of a [`Config`], whose properties have
//! the names of the vendor's SDK. Everything is asynchronous, on tokio.

#![forbid(unsafe_code)]

mod config;
mod consumer;
mod error;
mod instance;
mod message;
mod net;
pub mod openapi;
mod producer;
mod received;
mod request;
mod spans;
#[cfg(test)]
mod test_runtime;
mod trace;

pub use config::{
    BufferLimits, ClientCertificate, ClientConfig, Config, ConsumerConfig, Discovery, Kind,
    OpenApiConfig, PROPERTIES, ProducerConfig, Property, TlsConfig, WhenFull,
};
pub use consumer::{BatchConsumer, Consumer, Delivery, Filter, Inbox, OrderAction, OrderConsumer};
pub use error::{Error, ErrorKind, Result};
pub use instance::Client;
pub use message::{Action, Message, MessageId, SendResult};
pub use net::block_on;
pub use onsmq_proto::message::compression::Algorithm as CompressType;
pub use onsmq_proto::sign::Credentials;
pub use producer::{
    Begun, Entering, OrderProducer, Producer, TimedFallback, Transaction, TransactionProducer,
    TransactionStatus,
};
pub use received::MessageExt;
pub use spans::{Propagator, SPAN_TARGET};
pub use trace::TraceSettings;
