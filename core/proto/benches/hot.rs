//! What is done for each message, for counting instructions: `bench/instructions.py` runs each of
//! these under callgrind, with two counts, so that the start of the program drops out.
//!
//!     hot                 the names
//!     hot NAME COUNT      does it so often

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use onsmq_proto::codec::{
    Command, DEFAULT_MAX_FRAME, ExtFields, Frame, RequestCode, ResponseCode, Serialization,
};
use onsmq_proto::machine::ProcessQueue;
use onsmq_proto::message::id::UniqueIds;
use onsmq_proto::message::properties::{self, name};
use onsmq_proto::message::{StoredMessages, StoredRecord, batch};

const PROPERTIES: &str = "UNIQ_KEY\u{1}7F0000010A1B2C3D4E5F0A1B2C3D4E5F\u{2}TAGS\u{1}created\u{2}\
                          KEYS\u{1}order-4711\u{2}region\u{1}north\u{2}";
const BODY: [u8; 128] = [7; 128];
/// Messages of a batch and of a pull.
const MANY: usize = 32;

/// An operation, as the function that does it so often.
type Operation = (&'static str, fn(usize));

const OPERATIONS: [Operation; 8] = [
    ("encode a send", encode_a_send),
    ("decode its answer", decode_an_answer),
    ("make a unique id", make_an_id),
    ("write properties", write_properties),
    ("read a property", read_a_property),
    ("encode in a batch", encode_in_a_batch),
    ("decode from a pull", decode_from_a_pull),
    ("dispatch and complete", dispatch_and_complete),
];

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|it| !it.starts_with("--"));
    let Some(asked) = arguments.next() else {
        OPERATIONS.iter().for_each(|(name, _)| println!("{name}"));
        return;
    };
    let count = arguments.next().and_then(|it| it.parse().ok()).unwrap_or(1);
    let (_, operation) = OPERATIONS
        .iter()
        .find(|(name, _)| *name == asked)
        .expect("one of the names");
    operation(count);
}

fn encode_a_send(count: usize) {
    let mut buf = BytesMut::with_capacity(1024);
    let body = Bytes::from_static(&BODY);
    for number in 0..count {
        let mut fields = ExtFields::with_text_capacity(12, 256);
        fields
            .push("a", "GID_orders")
            .push("b", "orders")
            .push("c", "TBW102")
            .push("d", 4)
            .push("e", number % 8)
            .push("f", 0)
            .push("g", 1_700_000_000_000_u64 + number as u64)
            .push("h", 0)
            .push("i", PROPERTIES)
            .push("j", 0)
            .push("k", false)
            .push("m", false);
        let command = Command::request(RequestCode::SEND_MESSAGE_V2, fields, body.clone());
        buf.clear();
        command
            .encode(Serialization::Json, &mut buf)
            .expect("it fits");
        black_box(&buf);
    }
}

fn decode_an_answer(count: usize) {
    let mut answer = Command::response(ResponseCode::SUCCESS, 4711);
    answer
        .fields
        .push("msgId", "7F00000100002A9F00000000000003E8")
        .push("queueId", 3)
        .push("queueOffset", 123_456)
        .push("transactionId", "7F0000010A1B2C3D4E5F0A1B2C3D4E5F")
        .push("MSG_REGION", "DefaultRegion")
        .push("TRACE_ON", "true");
    let mut frame = BytesMut::new();
    answer
        .encode(Serialization::Json, &mut frame)
        .expect("it fits");
    let mut buf = BytesMut::with_capacity(2 * frame.len());
    for _ in 0..count {
        buf.extend_from_slice(&frame);
        let frame = Frame::decode(&mut buf, DEFAULT_MAX_FRAME).expect("a frame");
        black_box(Command::decode(frame.expect("all of it")).expect("a command"));
    }
}

fn make_an_id(count: usize) {
    let ids = UniqueIds::new(std::net::Ipv4Addr::LOCALHOST, 4711, 1);
    for number in 0..count {
        black_box(ids.next(u32::try_from(number).unwrap_or_default()));
    }
}

fn write_properties(count: usize) {
    for _ in 0..count {
        let mut text = String::with_capacity(128);
        for (name, value) in properties::entries(PROPERTIES) {
            properties::push(&mut text, name, value);
        }
        black_box(text);
    }
}

fn read_a_property(count: usize) {
    for _ in 0..count {
        black_box(properties::get(black_box(PROPERTIES), name::KEYS));
    }
}

fn encode_in_a_batch(count: usize) {
    let mut buf = BytesMut::with_capacity(64 * 1024);
    for number in 0..count {
        if number % MANY == 0 {
            buf.clear();
        }
        batch::put(&mut buf, 0, &BODY, PROPERTIES).expect("it fits");
    }
    black_box(buf);
}

fn decode_from_a_pull(count: usize) {
    let host: SocketAddr = ([127, 0, 0, 1], 10911).into();
    let mut records = BytesMut::new();
    for offset in 0..MANY as i64 {
        StoredRecord {
            queue_id: 3,
            flag: 0,
            queue_offset: offset,
            commit_log_offset: 300 * offset,
            sys_flag: 0,
            born_timestamp: 1_700_000_000_000,
            born_host: host,
            store_timestamp: 1_700_000_000_001,
            store_host: host,
            reconsume_times: 0,
            prepared_transaction_offset: 0,
            body: &BODY,
            topic: "orders",
            properties: PROPERTIES,
        }
        .encode(&mut records)
        .expect("it fits");
    }
    let records = records.freeze();
    for _ in 0..count.div_ceil(MANY) {
        for message in StoredMessages::new(records.clone()) {
            let message = message.expect("a record");
            black_box(message.property(name::TAGS));
        }
    }
}

fn dispatch_and_complete(count: usize) {
    let now = Instant::now();
    let mut queue = ProcessQueue::new(0);
    let mut offset = 0;
    for _ in 0..count.div_ceil(MANY) {
        let mut slots = Vec::with_capacity(MANY);
        for _ in 0..MANY {
            slots.push(queue.take(offset, 300));
            offset += 1;
        }
        for slot in slots {
            queue.hand_over(slot, now, ());
            queue.complete(slot);
            black_box(queue.commit_offset());
        }
    }
}
