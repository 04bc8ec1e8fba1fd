//! Many messages in one request.

use onsmq_proto::codec::{ExtFields, ResponseCode};
use onsmq_proto::message::batch::{Entries, EntryRef};
use onsmq_proto::message::properties::{self, ENTRY_SEPARATOR, name};
use onsmq_proto::names;

use super::Broker;
use super::properties::of_batch;
use super::put::{Draft, illegal_message};
use super::send::{ID, region};
use super::send_header::SendHeader;
use crate::answer::Refusal;
use crate::clock;
use crate::settings::MAX_BODY;
use crate::store::NewMessage;

/// The longest property string that a record takes.
const MAX_PROPERTIES: usize = i16::MAX as usize;

impl Broker {
    /// Stores a batch as one: its messages follow each other in the queue. `draft` says what
    /// they have in common.
    pub(super) fn store_batch(
        &self,
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
        let batch = Batch::read(body, &of_batch(header.properties))?;
        let messages: Vec<_> = batch
            .entries()
            .map(|(entry, properties)| NewMessage {
                body: entry.body,
                properties,
                flag: entry.flag,
                ..draft.message.clone()
            })
            .collect();
        let queue = draft.topic.queue(draft.queue_id);
        let appended =
            queue
                .ok_or_else(illegal_message)?
                .append(&self.log, clock::now_ms(), &messages)?;
        let mut ids = String::with_capacity((ID + 1) * messages.len());
        for offset in appended.log_offsets {
            if !ids.is_empty() {
                ids.push(',');
            }
            self.log.message_id(offset).append_to(&mut ids);
        }
        let mut fields = region();
        fields
            .push("msgId", ids)
            .push("queueId", draft.queue_id)
            .push("queueOffset", appended.queue_offset)
            .push_some(
                "transactionId",
                properties::get(header.properties, name::UNIQ_KEY),
            );
        Ok(fields)
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
