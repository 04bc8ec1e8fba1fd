//! What must hold for any bytes and any text.

use bytes::{Bytes, BytesMut};
use onsmq_proto::body::{TopicRouteData, to_standard_json};
use onsmq_proto::codec::{Command, ExtFields, Frame, RequestCode, Serialization};
use onsmq_proto::machine::{ProcessQueue, allocate_averagely};
use onsmq_proto::message::batch::Entries;
use onsmq_proto::message::compression::Algorithm;
use onsmq_proto::message::{StoredMessages, batch, compression, properties, rules};
use proptest::prelude::*;

const MAX: usize = 1 << 20;

proptest! {
    #[test]
    fn any_bytes_are_a_frame_or_an_error(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut buf = BytesMut::from(&raw[..]);
        while let Ok(Some(frame)) = Frame::decode(&mut buf, MAX) {
            let _ = Command::decode(frame);
        }
    }

    #[test]
    fn any_bytes_behind_a_good_mark_are_a_command_or_an_error(
        kind in 0u8..2,
        header in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let serialization = if kind == 0 { Serialization::Json } else { Serialization::Binary };
        let _ = Command::decode(Frame { serialization, header: header.into(), body: Bytes::new() });
    }

    #[test]
    fn any_bytes_are_messages_or_errors(raw in proptest::collection::vec(any::<u8>(), 0..300)) {
        for message in StoredMessages::new(raw.clone().into()).flatten() {
            let _ = (message.message_id(), message.born_host(), message.topic().len());
            let _ = message.clone().decompress(MAX);
        }
        let mut batch = Bytes::from(raw.clone());
        while let Ok(Some(_)) = batch::take(&mut batch) {}
        for flag in [1, 0x101, 0x201, 0x701] {
            let _ = compression::decompress(flag, &raw, MAX);
        }
        let _ = TopicRouteData::decode(&raw);
    }

    #[test]
    fn a_batch_that_is_cut_short_ends_with_an_error(
        messages in proptest::collection::vec(
            (proptest::collection::vec(any::<u8>(), 0..20), "[a-z]{0,9}"), 1..4),
        body_length in any::<u32>(),
    ) {
        let mut batch = BytesMut::new();
        let mut ends = vec![0];
        for (body, properties) in &messages {
            batch::put(&mut batch, 7, body, properties).expect("short");
            ends.push(batch.len());
        }
        for cut in 0..=batch.len() {
            let mut entries = Entries::new(&batch[..cut]);
            let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
            for (body, properties) in &messages[..whole] {
                let entry = entries.next().expect("one more").expect("whole");
                prop_assert_eq!((entry.flag, entry.body, entry.properties), (7, &body[..], &properties[..]));
            }
            let is_cut = !ends.contains(&cut);
            prop_assert_eq!(entries.next().is_some_and(|last| last.is_err()), is_cut);
            prop_assert!(entries.next().is_none());
        }
        // Whatever length the first body claims.
        batch[16..20].copy_from_slice(&body_length.to_be_bytes());
        let _ = Entries::new(&batch).count();
    }

    #[test]
    fn standard_json_is_left_as_it_is(text in ".*", number in any::<i64>()) {
        let json = serde_json::json!({ &text: [number, { "k": &text }], "0": number }).to_string();
        prop_assert_eq!(&*to_standard_json(json.as_bytes()), json.as_bytes());
    }

    #[test]
    fn commands_survive_both_serialisations(
        code in any::<i16>(), opaque in any::<i32>(), remark in proptest::option::of(".+"),
        fields in proptest::collection::btree_map(".{1,8}", ".{1,40}", 0..8),
        body in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut ext = ExtFields::new();
        for (name, value) in &fields {
            ext.push(name, value);
        }
        let mut command = Command::request(RequestCode(code), ext, body.into());
        command.opaque = opaque;
        command.remark = remark;
        for serialization in [Serialization::Json, Serialization::Binary] {
            let mut buf = BytesMut::new();
            command.encode(serialization, &mut buf).unwrap();
            let frame = Frame::decode(&mut buf, MAX).unwrap().unwrap();
            prop_assert_eq!(Command::decode(frame).unwrap(), command.clone());
        }
    }

    #[test]
    fn legal_user_properties_arrive_as_they_were_sent(
        entries in proptest::collection::btree_map(".{0,20}", ".{0,40}", 0..10),
    ) {
        let legal: Vec<_> =
            entries.iter().filter(|(name, value)| rules::user_property(name, value).is_ok()).collect();
        let mut text = String::new();
        properties::push(&mut text, properties::name::TAGS, "T");
        for (name, value) in &legal {
            properties::push(&mut text, name, value);
        }
        let read: Vec<_> = properties::user_entries(&text).collect();
        let sent: Vec<_> = legal.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        prop_assert_eq!(read, sent);
    }

    #[test]
    fn compressed_bodies_come_back(body in proptest::collection::vec(any::<u8>(), 1..5000), level in 0u32..9) {
        for algorithm in [Algorithm::Zlib, Algorithm::Lz4, Algorithm::Zstd] {
            let small = algorithm.compress(&body, level).unwrap();
            let flag = algorithm.flag();
            prop_assert_eq!(&compression::decompress(flag, &small, body.len()).unwrap(), &body);
            prop_assert!(compression::decompress(flag, &small, body.len() - 1).is_err());
            prop_assert!(compression::decompress(flag, &small[..small.len() / 2], body.len()).is_err());
        }
    }

    #[test]
    fn every_queue_has_one_owner(queues in 0usize..200, members in 1usize..40) {
        let taken: Vec<usize> =
            (0..members).flat_map(|index| allocate_averagely(queues, members, index)).collect();
        prop_assert_eq!(taken, (0..queues).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_undone_is_ever_committed(
        gaps in proptest::collection::vec(1i64..5, 1..60),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let mut offset = 100;
        let mut queue = ProcessQueue::<()>::new(offset);
        let mut open: Vec<_> = gaps.iter().map(|gap| {
            let slot = (queue.take(offset, 10), offset);
            offset += gap;
            slot
        }).collect();
        queue.advance(offset);
        for index in order {
            if open.is_empty() { break }
            let (slot, _) = open.remove(index.index(open.len()));
            prop_assert!(queue.complete(slot));
            let first = open.iter().map(|(_, offset)| *offset).min().unwrap_or(offset);
            prop_assert_eq!(queue.commit_offset(), first);
            prop_assert_eq!((queue.len(), queue.bytes()), (open.len(), 10 * open.len()));
        }
    }
}
