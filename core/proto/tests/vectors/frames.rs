use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use onsmq_proto::codec::{Command, DEFAULT_MAX_FRAME, ExtFields, Frame, Serialization};
use serde_json::Value;

use crate::support::{ValueExt as _, vectors};

fn decode(raw: &[u8]) -> (Serialization, Command) {
    let mut buf = BytesMut::from(raw);
    let frame = Frame::decode(&mut buf, DEFAULT_MAX_FRAME)
        .expect("a frame")
        .expect("a whole frame");
    assert!(buf.is_empty(), "bytes are left over");
    (
        frame.serialization,
        Command::decode(frame).expect("a command"),
    )
}

fn serialization(vector: &Value) -> Serialization {
    match vector["serialize_type"].text() {
        "JSON" => Serialization::Json,
        "ROCKETMQ" => Serialization::Binary,
        other => panic!("{other}"),
    }
}

fn fields(vector: &Value) -> BTreeMap<String, String> {
    let fields = vector["ext_fields"].as_object();
    fields
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

fn as_map(fields: &ExtFields) -> BTreeMap<String, String> {
    fields
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn every_captured_frame_is_read_as_it_was_meant() {
    for vector in vectors("frames") {
        let id = &vector["id"];
        let (kind, command) = decode(&vector["frame_hex"].bytes());
        assert_eq!(kind, serialization(&vector), "{id}");
        assert_eq!(i64::from(command.code), vector["code"].int(), "{id}");
        assert_eq!(command.language.name(), vector["language"].text(), "{id}");
        assert_eq!(i64::from(command.version), vector["version"].int(), "{id}");
        assert_eq!(i64::from(command.opaque), vector["opaque"].int(), "{id}");
        assert_eq!(i64::from(command.flag), vector["flag"].int(), "{id}");
        assert_eq!(command.is_response(), vector["kind"] == "response", "{id}");
        assert_eq!(
            command.is_oneway(),
            vector["kind"] == "oneway request",
            "{id}"
        );
        let remark = vector["remark"]
            .as_str()
            .filter(|remark| !remark.is_empty());
        assert_eq!(command.remark.as_deref(), remark, "{id}");
        assert_eq!(as_map(&command.fields), fields(&vector), "{id}");
        assert_eq!(
            command.body.len(),
            usize::try_from(vector["body_len"].int()).unwrap(),
            "{id}"
        );
    }
}

#[test]
fn every_captured_command_survives_being_written_in_both_serialisations() {
    for vector in vectors("frames") {
        let (_, command) = decode(&vector["frame_hex"].bytes());
        for serialization in [Serialization::Json, Serialization::Binary] {
            let mut buf = BytesMut::new();
            command.encode(serialization, &mut buf).expect("it fits");
            assert_eq!(
                decode(&buf),
                (serialization, command.clone()),
                "{}",
                vector["id"]
            );
        }
    }
}

#[test]
fn headers_are_written_as_java_writes_them() {
    for vector in vectors("header_codec") {
        let raw = vector["frame_hex"].bytes();
        let (kind, command) = decode(&raw);
        assert_eq!(kind, serialization(&vector));
        assert_eq!(as_map(&command.fields), fields(&vector));
        assert_eq!(command.body, Bytes::from(vector["body_hex"].bytes()));
        // Java's JSON orders its members otherwise and spells out what is unset, and its binary
        // fields come in the order of a hash map: the same bytes are due where there is one way.
        if kind == Serialization::Binary && command.fields.len() < 2 {
            let mut buf = BytesMut::new();
            command.encode(kind, &mut buf).expect("it fits");
            assert_eq!(buf[..], raw[..], "{vector}");
        }
    }
}

#[test]
fn a_stream_cut_at_any_place_is_read_once_the_rest_is_there() {
    let raw = vectors("frames")[0]["frame_hex"].bytes();
    for cut in 0..raw.len() {
        let mut buf = BytesMut::from(&raw[..cut]);
        assert_eq!(
            Frame::decode(&mut buf, DEFAULT_MAX_FRAME),
            Ok(None),
            "cut at {cut}"
        );
        buf.extend_from_slice(&raw[cut..]);
        assert!(
            matches!(Frame::decode(&mut buf, DEFAULT_MAX_FRAME), Ok(Some(_))),
            "cut at {cut}"
        );
    }
}

#[test]
fn what_a_frame_is_can_be_told_without_its_body() {
    for vector in vectors("frames") {
        let mut raw = vector["frame_hex"].bytes();
        let frame = Frame::decode(&mut BytesMut::from(&raw[..]), DEFAULT_MAX_FRAME);
        let frame = frame.expect("a frame").expect("all of it");
        // Its length is too much, and only the header has come.
        raw[..4].copy_from_slice(&u32::MAX.to_be_bytes());
        raw.truncate(8 + frame.header.len());
        let peeked = Frame::peek(&raw).expect("its header is there");
        assert_eq!(
            (peeked.serialization, peeked.header, peeked.body.len()),
            (frame.serialization, frame.header, 0)
        );
        for cut in 0..raw.len() {
            assert_eq!(Frame::peek(&raw[..cut]), None, "cut at {cut}");
        }
    }
    assert_eq!(Frame::peek(b"HTTP/1.1 400 Bad Request\r\n\r\n"), None);
}
