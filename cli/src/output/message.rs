//! Messages that were received, a line each.

use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use onsmq::MessageExt;
use serde_json::{Map, Value, json};

use super::text::plain;
use crate::args::Format;

/// Writes messages in a format.
#[derive(Clone, Copy)]
pub(crate) struct Writer(pub(crate) Format);

impl Writer {
    pub(crate) fn write(self, out: &mut impl Write, message: &MessageExt) -> io::Result<()> {
        match self.0 {
            Format::Text => writeln!(out, "{}", text(message)),
            Format::Json => writeln!(out, "{}", json(message)),
            Format::Raw => out
                .write_all(message.body())
                .and_then(|()| out.write_all(b"\n")),
        }
    }
}

/// The id, tag, key and body. A line is a message, so what would break it is escaped.
fn text(message: &MessageExt) -> String {
    let field = |text: Option<&str>| plain(text.unwrap_or("-")).into_owned();
    let body = String::from_utf8_lossy(message.body());
    let (tag, key) = (field(message.tag()), field(message.key()));
    format!("{}\t{tag}\t{key}\t{}", message.message_id(), plain(&body))
}

fn json(message: &MessageExt) -> Value {
    let properties: Map<_, _> = message
        .user_properties()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let (name, body) = match std::str::from_utf8(message.body()) {
        Ok(text) => ("body", text.to_owned()),
        Err(_) => ("bodyBase64", BASE64_STANDARD.encode(message.body())),
    };
    json!({
        "topic": message.topic(),
        "messageId": message.message_id(),
        "tag": message.tag(),
        "key": message.key(),
        "shardingKey": message.sharding_key(),
        "properties": properties,
        name: body,
        "reconsumeTimes": message.reconsume_times(),
        "bornTimestamp": message.born_timestamp(),
        "bornHost": message.born_host().to_string(),
        "storeTimestamp": message.store_timestamp(),
        "startDeliverTime": message.start_deliver_time(),
        "brokerName": message.broker_name(),
        "queueId": message.queue_id(),
        "offset": message.queue_offset(),
    })
}
