//! Many messages in one request.

use onsmq_proto::codec::{ExtFields, FieldText, ResponseCode};
use onsmq_proto::message::batch::{Entries, EntryRef};
use onsmq_proto::message::properties::{self, ENTRY_SEPARATOR, name};
use onsmq_proto::names;

use super::Broker;
use super::properties::of_batch;
use super::put::{Draft, illegal_message};
use super::send::sent;
use super::send_header::SendHeader;
use crate::answer::Refusal;
use crate::service::Context;
use crate::settings::MAX_BODY;
use crate::store::{Log, NewMessage, tag_code};

/// Digits of the id of a message at an IPv4 address.
const ID: usize = 32;
/// The longest property string that a record takes.
const MAX_PROPERTIES: usize = i16::MAX as usize;

impl Broker {
    /// Stores a batch as one: its messages follow each other in the queue. `draft` says what
    /// they have in common.
    pub(super) fn store_batch(
        &self,
        context: &Context<'_>,
        header: &SendHeader<'_>,
        draft: &Draft<'_>,
        body: &[u8],
    ) -> Result<ExtFields, Refusal> {
        if names::is_retry_topic(header.topic) {
            return Err(Refusal::new(
                ResponseCode::MESSAGE_ILLEGAL,
                format!(
                    "batch request does not support retry group {}",
                    header.topic
                ),
            ));
        }
        let added = of_batch(header.properties);
        // What the batch adds comes last, and so it is what counts.
        let tag = properties::get(&added, name::TAGS);
        let batch = Batch::read(body, &added)?;
        let messages: Vec<_> = batch
            .entries()
            .map(|(entry, properties)| NewMessage {
                body: entry.body,
                properties,
                tag: tag_code(tag.or_else(|| properties::get(entry.properties, name::TAGS))),
                flag: entry.flag,
                ..draft.message.clone()
            })
            .collect();
        let queue = draft.topic.queue(draft.queue_id);
        let appended =
            queue
                .ok_or_else(illegal_message)?
                .append(&self.log, context.now, &messages)?;
        let ids = Ids {
            log: &self.log,
            log_offsets: &appended.log_offset,
        };
        let mut fields = sent(context, ids, draft.queue_id, appended.queue_offset);
        fields.push_some(
            "transactionId",
            properties::get(header.properties, name::UNIQ_KEY),
        );
        Ok(fields)
    }
}

/// The ids of a batch's messages.
struct Ids<'a> {
    log: &'a Log,
    log_offsets: &'a [i64],
}

impl FieldText for Ids<'_> {
    fn append_to(&self, text: &mut String) {
        text.reserve((ID + 1) * self.log_offsets.len());
        for (at, offset) in self.log_offsets.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            self.log.message_id(*offset).append_to(text);
        }
    }
}

/// The messages of a batch, in place.
struct Batch<'a> {
    /// Each with where its properties end.
    entries: Vec<(EntryRef<'a>, usize)>,
    /// Of all, one after another: with what the batch adds to those of each.
    properties: String,
}

impl<'a> Batch<'a> {
    /// Checks all, before one is stored.
    fn read(body: &'a [u8], added: &str) -> Result<Self, Refusal> {
        if body.len() > MAX_BODY {
            return Err(illegal_message());
        }
        let mut batch = Self {
            entries: Vec::new(),
            properties: String::with_capacity(body.len()),
        };
        for entry in Entries::new(body) {
            let entry = entry?;
            let begin = batch.properties.len();
            batch.properties.push_str(entry.properties);
            if !entry.properties.is_empty() && !entry.properties.ends_with(ENTRY_SEPARATOR) {
                batch.properties.push(ENTRY_SEPARATOR);
            }
            batch.properties.push_str(added);
            let end = batch.properties.len();
            if end - begin > MAX_PROPERTIES {
                return Err(illegal_message());
            }
            batch.entries.push((entry, end));
        }
        Ok(batch)
    }

    fn entries(&self) -> impl ExactSizeIterator<Item = (&EntryRef<'a>, &str)> {
        let mut begin = 0;
        self.entries.iter().map(move |(entry, end)| {
            let properties = &self.properties[begin..*end];
            begin = *end;
            (entry, properties)
        })
    }
}
