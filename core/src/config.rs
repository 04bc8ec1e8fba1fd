//! Configuration by the property names of the vendor's SDK (`sdk.md`, Properties).

mod client;
mod consumer;
pub(crate) mod keys;
mod local_time;
mod openapi;
mod producer;
mod tls;
mod values;

pub use client::{ClientConfig, Discovery};
pub use consumer::ConsumerConfig;
pub use keys::{Kind, PROPERTIES, Property};
pub use openapi::OpenApiConfig;
pub use producer::{BufferLimits, ProducerConfig, WhenFull};
pub use tls::{ClientCertificate, TlsConfig};
pub use values::Config;
