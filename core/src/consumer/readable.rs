//! Messages as they come out of a pull's answer: read, and decompressed.

use bytes::Bytes;
use onsmq_proto::machine::MessageQueue;
use onsmq_proto::message::compression::MAX_BODY;
use onsmq_proto::message::{StoredMessage, StoredMessages, sys_flag};
use tracing::error;

use crate::MessageExt;

/// From so many compressed bytes on, another thread decompresses them: these come to milliseconds.
const OFF_THREAD: usize = 64 << 10;

/// The most messages that memory is taken for before they are there: what a pull brings as a rule,
/// whatever the first one says of its length.
const MOST_EXPECTED: usize = 1024;

/// The messages of an answer. What is no message is told and passed over; of a message whose body
/// cannot be read see [`is_unreadable`].
pub(super) async fn messages(raw: Bytes, queue: &MessageQueue) -> Vec<StoredMessage> {
    let stored = StoredMessages::new(raw);
    let mut messages = Vec::with_capacity(stored.about().min(MOST_EXPECTED));
    messages.extend(stored.filter_map(|stored| {
        stored
            .inspect_err(|fault| {
                error!(%queue, "a message cannot be read and is passed over: {fault}");
            })
            .ok()
    }));
    let compressed: usize = messages
        .iter()
        .filter(|it| is_compressed(it))
        .map(|it| it.body().len())
        .sum();
    match compressed {
        0 => messages,
        1..OFF_THREAD => decompress(messages, queue),
        _ => {
            let (queue, kept) = (queue.clone(), messages.clone());
            // It does not panic; should it, bodies that are still compressed are unreadable.
            tokio::task::spawn_blocking(move || decompress(messages, &queue))
                .await
                .unwrap_or(kept)
        }
    }
}

fn decompress(mut messages: Vec<StoredMessage>, queue: &MessageQueue) -> Vec<StoredMessage> {
    for message in &mut messages {
        if let Err(fault) = message.decompress(MAX_BODY) {
            error!(
                %queue, message_id = message.message_id(),
                "a message's body cannot be read: {fault}"
            );
        }
    }
    messages
}

fn is_compressed(stored: &StoredMessage) -> bool {
    stored.sys_flag() & sys_flag::COMPRESSED != 0
}

/// Whether a message's body could not be decompressed. No listener can do anything with it, and to
/// commit it would lose it in silence, as Java's client does: it goes the way of messages whose
/// listeners fail, to the group's dead letters in the end.
pub(super) fn is_unreadable(message: &MessageExt) -> bool {
    is_compressed(message.stored())
}
