//! A message that somebody sends from within the server: on its page.

use std::net::SocketAddr;

use onsmq_proto::message::properties::{self, name};
use onsmq_proto::names;

use super::Broker;
use super::properties::received;
use super::put::Draft;
use super::topics::{check_name, is_forbidden};
use crate::clock;
use crate::store::NewMessage;

/// What is sent.
#[derive(Debug)]
pub(crate) struct Parcel<'a> {
    pub(crate) topic: &'a str,
    pub(crate) tag: &'a str,
    pub(crate) key: &'a str,
    pub(crate) body: &'a str,
    pub(crate) from: SocketAddr,
}

impl Broker {
    /// Sends a message as a client would, and gives its id.
    ///
    /// # Errors
    /// Why it cannot be, in words.
    pub(crate) fn send_here(&self, parcel: &Parcel<'_>) -> Result<String, String> {
        let name = parcel.topic;
        check_name(name).map_err(ToOwned::to_owned)?;
        if is_forbidden(name) || names::is_retry_topic(name) {
            return Err(format!("{name} is a topic of the broker's own"));
        }
        let queues = self.settings.queues.cast_signed();
        let topic = self
            .topic_for_send(name, names::DEFAULT_TOPIC, queues)
            .map_err(|refusal| refusal.remark().to_owned())?
            .ok_or_else(|| format!("there is no topic {name}: make it first"))?;
        let emptiest = topic.queues().iter().min_by_key(|queue| queue.max_offset());
        let queue_id = emptiest.map_or(0, |queue| queue.id());
        let id = self.unique_id();
        let raw = raw_properties(parcel, &id);
        let received = received(&raw, || id.clone());
        let mut draft = Draft {
            topic,
            queue_id,
            properties: received.properties,
            message: NewMessage {
                body: parcel.body.as_bytes(),
                properties: "",
                tag: received.tag,
                flag: 0,
                sys_flag: 0,
                born_timestamp: clock::now_ms(),
                born_host: parcel.from,
                reconsume_times: 0,
                prepared_transaction_offset: 0,
            },
        };
        match self.put(&mut draft) {
            Ok(_) => Ok(id),
            Err(refusal) => Err(refusal.remark().to_owned()),
        }
    }
}

fn raw_properties(parcel: &Parcel<'_>, id: &str) -> String {
    let mut raw = String::new();
    for (name, value) in [
        (name::UNIQ_KEY, id),
        (name::TAGS, parcel.tag),
        (name::KEYS, parcel.key),
        (name::WAIT, "true"),
    ] {
        if !value.is_empty() {
            properties::push(&mut raw, name, value);
        }
    }
    raw
}
