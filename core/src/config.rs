//! Configuration by the property names of the vendor's SDK (`sdk.md`, Properties).

mod client;
mod consumer;
mod keys;
mod local_time;
mod producer;
mod values;

pub use client::ClientConfig;
pub use consumer::ConsumerConfig;
pub use keys::{Kind, PROPERTIES, Property};
pub use producer::ProducerConfig;
pub use values::Config;
