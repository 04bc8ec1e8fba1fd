//! The store without sockets.

use std::sync::Arc;

use onsmq_proto::message::StoredMessages;
use onsmq_proto::subscription::SubscriptionData;
use proptest::prelude::*;

use super::*;
use crate::journal::Journal;

fn log() -> Log {
    let host = "127.0.0.1:10911".parse().expect("an address");
    Log::new(host, Journal::default())
}

fn queue() -> Arc<Queue> {
    Arc::new(Queue::new(Arc::from("t"), 3))
}

fn message<'a>(body: &'a [u8], properties: &'a str) -> NewMessage<'a> {
    NewMessage {
        body,
        properties,
        tag: tag_code_among(properties),
        flag: 0,
        sys_flag: 0,
        born_timestamp: 1,
        born_host: "127.0.0.1:5".parse().expect("an address"),
        reconsume_times: 0,
        prepared_transaction_offset: 0,
    }
}

fn ask(offset: i64, filter: &Filter) -> Ask<'_> {
    Ask {
        offset,
        max_messages: usize::MAX,
        max_bytes: usize::MAX,
        filter,
    }
}

fn tags(expression: &str) -> Filter {
    Filter::new(Arc::new(
        SubscriptionData::tags("t", expression, 0).expect("tags"),
    ))
    .expect("tags")
}

fn bodies(read: Read) -> Vec<Vec<u8>> {
    StoredMessages::new(read.records)
        .map(|message| message.expect("a message").body().to_vec())
        .collect()
}

#[test]
fn the_first_message_of_a_broker_is_at_address_0() {
    let (log, queue) = (log(), queue());
    let appended = queue.append(&log, 7, &[message(b"a", ""), message(b"b", "")]);
    let appended = appended.expect("short");
    assert_eq!(appended.queue_offset, 0);
    assert_eq!(appended.log_offset[0], 0);
    let second = log.find(appended.log_offset[1]).expect("stored");
    assert_eq!(second.body(), b"b");
    assert_eq!((second.queue_id(), second.queue_offset()), (3, 1));
}

#[test]
fn addresses_between_messages_and_beyond_them_are_nobodys() {
    let (log, queue) = (log(), queue());
    assert!(log.find(0).is_none());
    let appended = queue.append(&log, 7, &[message(&[0; 300], "")]);
    let first = appended.expect("short").log_offset[0];
    for address in [
        -1,
        first + 1,
        first + 100,
        log.end() - 1,
        log.end(),
        i64::MAX,
    ] {
        assert!(log.find(address).is_none(), "{address}");
    }
}

#[test]
fn a_message_that_is_larger_than_any_piece_gets_one_of_its_own() {
    let (log, queue) = (log(), queue());
    let large = vec![7; 3 * 1024 * 1024];
    for body in [&b"small"[..], &large, b"small again"] {
        queue.append(&log, 7, &[message(body, "")]).expect("short");
    }
    let read = bodies(queue.read(&ask(0, &Filter::All)));
    assert_eq!(read, [&b"small"[..], &large, b"small again"]);
}

#[test]
fn only_so_many_messages_are_looked_at_for_one_answer() {
    let (log, queue) = (log(), queue());
    let all: Vec<_> = (0..2000)
        .map(|_| message(b"x", "TAGS\u{1}A\u{2}"))
        .collect();
    queue.append(&log, 7, &all).expect("short");
    let filter = tags("B");
    let read = queue.read(&Ask {
        max_messages: 32,
        ..ask(5, &filter)
    });
    assert_eq!(read.status, Status::NoMatchedMessage);
    assert_eq!(read.next_offset, 805);
}

#[test]
fn times_do_not_fall_and_are_found_again() {
    let (log, queue) = (log(), queue());
    for (now, count) in [(10, 2), (20, 3), (15, 1), (30, 1)] {
        let all = vec![message(b"x", ""); count];
        queue.append(&log, now, &all).expect("short");
    }
    for (time, lower, upper) in [
        (0, 0, 0),
        (10, 0, 1),
        (11, 2, 1),
        (20, 2, 5),
        (30, 6, 6),
        (31, 7, 6),
    ] {
        assert_eq!(queue.offset_by_time(time, Boundary::Lower), lower, "{time}");
        assert_eq!(queue.offset_by_time(time, Boundary::Upper), upper, "{time}");
    }
}

#[test]
fn a_topic_that_grows_keeps_its_queues() {
    let (log, topics) = (log(), Topics::default());
    topics.set("t", TopicConfig::new(1)).expect("set");
    let topic = topics.get("t").expect("made");
    let queue = topic.queue(0).expect("one queue");
    queue.append(&log, 7, &[message(b"x", "")]).expect("short");
    topics.set("t", TopicConfig::new(2)).expect("set");
    let topic = topics.get("t").expect("made");
    assert_eq!(topic.queue(0).map(|queue| queue.max_offset()), Some(1));
    assert_eq!(topic.queue(1).map(|queue| queue.max_offset()), Some(0));
    assert!(topic.queue(2).is_none() && topic.queue(-1).is_none());
}

proptest! {
    /// Whatever lies in pieces of memory and however it is asked for, each message is read once,
    /// in order, and found by its address.
    #[test]
    fn pulls_one_after_another_read_what_was_written(
        messages in prop::collection::vec((0usize..40_000, any::<bool>()), 1..60),
        max_messages in 1usize..50,
        max_bytes in 1usize..200_000,
        only_tagged in any::<bool>(),
    ) {
        let (log, queue) = (log(), queue());
        let mut expected = Vec::new();
        for (number, (length, tagged)) in messages.iter().enumerate() {
            let body = vec![u8::try_from(number).expect("few"); *length];
            let properties = if *tagged { "TAGS\u{1}A\u{2}" } else { "" };
            let appended = queue.append(&log, 7, &[message(&body, properties)]).expect("short");
            let found = log.find(appended.log_offset[0]).expect("stored");
            prop_assert_eq!(found.body(), &body[..]);
            if *tagged || !only_tagged {
                expected.push(body);
            }
        }
        let filter = if only_tagged { tags("A || C") } else { Filter::All };
        let mut read = Vec::new();
        let mut offset = 0;
        while offset < queue.max_offset() {
            let part = queue.read(&Ask { max_messages, max_bytes, ..ask(offset, &filter) });
            prop_assert!(part.next_offset > offset);
            offset = part.next_offset;
            let part = bodies(part);
            prop_assert!(part.len() <= max_messages);
            read.extend(part);
        }
        prop_assert_eq!(read, expected);
    }
}
