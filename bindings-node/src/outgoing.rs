//! Configurations and messages on their way out. JavaScript has checked their types.

use napi::bindgen_prelude::Uint8ArraySlice;
use napi_derive::napi;
use onsmq_ffi_safe::{Config, Message, Result};

/// Names and values by turns.
pub(crate) type Pairs = Vec<String>;

pub(crate) fn pairs(flat: &Pairs) -> impl Iterator<Item = (&str, &str)> {
    flat.chunks_exact(2).map(|pair| (&*pair[0], &*pair[1]))
}

pub(crate) fn config(flat: &Pairs) -> Result<Config> {
    Config::new(pairs(flat))
}

/// A message to be sent.
#[napi(object, object_to_js = false)]
pub struct Outgoing<'env> {
    pub topic: String,
    pub body: Uint8ArraySlice<'env>,
    pub tag: Option<String>,
    pub key: Option<String>,
    pub properties: Option<Pairs>,
    pub sharding_key: Option<String>,
    /// In ms since 1970.
    pub start_deliver_time: Option<i64>,
}

impl Outgoing<'_> {
    pub(crate) fn message(&self) -> Result<Message> {
        let mut message = Message::new(&self.topic, &self.body)?;
        if let Some(tag) = &self.tag {
            message.set_tag(tag)?;
        }
        if let Some(key) = &self.key {
            message.set_key(key)?;
        }
        if let Some(key) = &self.sharding_key {
            message.set_sharding_key(key)?;
        }
        if let Some(time) = self.start_deliver_time {
            message.set_start_deliver_time(time)?;
        }
        for (name, value) in self.properties.iter().flat_map(pairs) {
            message.set_property(name, value)?;
        }
        Ok(message)
    }
}
