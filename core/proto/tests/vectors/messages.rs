use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use onsmq_proto::message::id::{OffsetMessageId, UniqueIds, split_batch_ids};
use onsmq_proto::message::{StoredMessage, StoredMessages, StoredRecord, batch, properties};
use serde_json::{Value, json};

use crate::support::{ValueExt as _, of_kind, vectors};

/// As Java prints an address, with every group of an IPv6 one.
fn java_address(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.to_string(),
        SocketAddr::V6(address) => {
            let groups: Vec<_> = address
                .ip()
                .segments()
                .iter()
                .map(|group| format!("{group:x}"))
                .collect();
            format!("[{}]:{}", groups.join(":"), address.port())
        }
    }
}

fn hex(raw: &[u8]) -> String {
    raw.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn as_java_shows(message: &mut StoredMessage) -> Value {
    let sys_flag_wire = message.sys_flag();
    message
        .decompress(1 << 20)
        .expect("a body that decompresses");
    let all: serde_json::Map<_, _> = properties::entries(message.raw_properties())
        // Java sets it anew at each reading, so the recorder left it out.
        .filter(|(name, _)| *name != "__MESSAGE_DECODED_TIME")
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    json!({
        "topic": message.topic(),
        "queue_id": message.queue_id(),
        "queue_offset": message.queue_offset(),
        "commit_log_offset": message.commit_log_offset(),
        "flag": message.flag(),
        "born_timestamp": message.born_timestamp(),
        "born_host": java_address(message.born_host()),
        "store_timestamp": message.store_timestamp(),
        "store_host": java_address(message.store_host()),
        "reconsume_times": message.reconsume_times(),
        "prepared_transaction_offset": message.prepared_transaction_offset(),
        "store_size": message.store_size(),
        "body_crc": message.body_crc(),
        "offset_msg_id": message.offset_message_id(),
        "msg_id": message.message_id(),
        "tags": message.property(properties::name::TAGS),
        "keys": message.property(properties::name::KEYS),
        "properties": all,
        "body_hex": hex(message.body()),
        "sys_flag_wire": sys_flag_wire,
        "sys_flag_after_decompression": message.sys_flag(),
    })
}

#[test]
fn stored_messages_are_read_as_java_reads_them() {
    for vector in vectors("message_decode") {
        let read: Vec<Value> = StoredMessages::new(vector["body_hex"].bytes().into())
            .map(|message| as_java_shows(&mut message.expect("a message")))
            .collect();
        let mut expected = vector["messages"].clone();
        for (read, expected) in read.iter().zip(expected.as_array_mut().expect("messages")) {
            let expected = expected.as_object_mut().expect("a message");
            expected.remove("compression");
            // Java leaves the bits of the type behind; a decompressed body has none here.
            let after = expected["sys_flag_after_decompression"].int();
            if read["sys_flag_wire"].int() & 1 != 0 {
                expected.insert("sys_flag_after_decompression".into(), json!(after & !0x701));
            }
            for (field, value) in expected.iter() {
                let read = &read[field];
                // A CRC is signed in Java.
                let same = field == "body_crc" && read.int() as i32 == value.int() as i32;
                assert!(
                    same || read == value,
                    "{}: {field}: {read} != {value}",
                    vector["name"]
                );
            }
        }
        assert_eq!(read.len(), expected.list().len(), "{}", vector["name"]);
    }
}

#[test]
fn stored_messages_are_written_byte_for_byte() {
    for vector in vectors("message_decode") {
        for message in StoredMessages::new(vector["body_hex"].bytes().into()) {
            let message = message.expect("a message");
            let mut buf = BytesMut::new();
            StoredRecord {
                queue_id: message.queue_id(),
                flag: message.flag(),
                queue_offset: message.queue_offset(),
                commit_log_offset: message.commit_log_offset(),
                sys_flag: message.sys_flag(),
                born_timestamp: message.born_timestamp(),
                born_host: message.born_host(),
                store_timestamp: message.store_timestamp(),
                store_host: message.store_host(),
                reconsume_times: message.reconsume_times(),
                prepared_transaction_offset: message.prepared_transaction_offset(),
                body: message.body(),
                topic: message.topic(),
                properties: message.raw_properties(),
            }
            .encode(&mut buf)
            .expect("it fits");
            // Check-backs carry no CRC, and a half message's record is not a stored one's.
            if message.body_crc() == crc32fast::hash(message.body()) {
                assert_eq!(hex(&buf), hex(message.record()), "{}", vector["name"]);
            }
        }
    }
}

#[test]
fn a_message_cut_short_ends_the_list() {
    let body: Bytes = vectors("message_decode")[0]["body_hex"].bytes().into();
    let whole = StoredMessages::new(body.clone()).count();
    assert!(whole > 1);
    for cut in 0..body.len() {
        let read: Vec<_> = StoredMessages::new(body.slice(..cut)).collect();
        assert!(
            read.len() < whole && read.iter().all(Result::is_ok),
            "cut at {cut}"
        );
    }
}

#[test]
fn properties_are_read_as_java_reads_them() {
    for vector in of_kind("properties", "decode") {
        let wire = vector["wire"].text();
        let expected = vector["java_5.3.3"].as_object().expect("properties");
        for (name, value) in expected {
            assert_eq!(properties::get(wire, name), Some(value.text()), "{vector}");
        }
        let user: Vec<_> = properties::user_entries(wire)
            .map(|(name, _)| name)
            .collect();
        let own = expected
            .keys()
            .filter(|name| !properties::is_reserved(name))
            .count();
        assert_eq!(user.len(), own, "{vector}");
    }
}

#[test]
fn batches_are_written_as_java_writes_them() {
    for vector in vectors("batch_encode") {
        let mut buf = BytesMut::new();
        for message in vector["messages"].list() {
            let mut text = String::new();
            for property in message["properties_in_order"].list() {
                properties::push(&mut text, property[0].text(), property[1].text());
            }
            let flag = message["flag"].int().try_into().unwrap();
            batch::put(&mut buf, flag, &message["body_hex"].bytes(), &text).expect("it fits");
        }
        // The client of 4.9.7 leaves out the last separator, all others write it.
        if !vector["name"].text().contains("4.9.7") {
            assert_eq!(hex(&buf), vector["body_hex"].text(), "{}", vector["name"]);
        }

        let mut ours = buf.freeze();
        let mut captured: Bytes = vector["body_hex"].bytes().into();
        for message in vector["messages"].list() {
            let ours = batch::take(&mut ours).expect("a batch").expect("a message");
            let captured = batch::take(&mut captured)
                .expect("a batch")
                .expect("a message");
            assert_eq!(hex(&captured.body), message["body_hex"].text());
            assert_eq!((captured.flag, &captured.body), (ours.flag, &ours.body));
            assert_eq!(
                properties::entries(&captured.properties).collect::<Vec<_>>(),
                properties::entries(&ours.properties).collect::<Vec<_>>()
            );
        }
        assert_eq!(
            (batch::take(&mut ours), batch::take(&mut captured)),
            (Ok(None), Ok(None))
        );
    }
}

#[test]
fn unique_ids_are_made_of_the_parts_that_java_takes() {
    for vector in of_kind("message_id", "client_unique_id") {
        // Where Java picked an IPv6 address, its ids are longer; these are always of 32 digits.
        if vector["length_hex"] != 32 {
            continue;
        }
        let pid = u32::try_from(vector["pid_low16"].int()).unwrap() | 0x0007_0000;
        let seed = u32::from_str_radix(vector["loader_hash_hex"].text(), 16).unwrap();
        let ids = UniqueIds::new(vector["ip"].text().parse().unwrap(), pid, seed);
        let ms = u32::try_from(vector["ms_since_month_start"].int()).unwrap();
        for _ in 0..vector["counter"].int() {
            let _ = ids.next(ms);
        }
        assert_eq!(ids.next(ms).as_str(), vector["id"].text());
    }
}

#[test]
fn offset_ids_are_read_and_written_as_java_does() {
    for vector in of_kind("message_id", "offset_message_id") {
        let id: OffsetMessageId = vector["id"].text().parse().expect("an id");
        assert_eq!(java_address(id.host), vector["host"].text());
        assert_eq!(id.commit_log_offset, vector["commit_log_offset"].int());
        assert_eq!(id.to_string(), vector["id"].text());
    }
    for bad in [
        "",
        "7F",
        "7F00000100002A9F000000000000000G",
        "7F0000010001FFFF0000000000000000",
    ] {
        bad.parse::<OffsetMessageId>().expect_err(bad);
    }
}

#[test]
fn a_batch_is_answered_with_an_id_for_each_message() {
    for vector in of_kind("message_id", "batch_answer") {
        let ids: Vec<_> = split_batch_ids(vector["msgId"].text()).collect();
        let expected: Vec<_> = vector["decoded"]
            .list()
            .iter()
            .map(|it| it["id"].text())
            .collect();
        assert_eq!(ids, expected);
    }
}
