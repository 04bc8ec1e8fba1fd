//! Requests that real clients sent to 5.3.3, played again, and what they were answered.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::{Client, fields, properties as raw_properties, pull_fields, start, with};
use onsmq_devserver::DevServer;
use onsmq_proto::codec::{Command, ExtFields, Frame, RequestCode};
use onsmq_proto::message::properties::{self, name};
use serde::Deserialize;

/// One line of `tests/golden/frames.jsonl`.
#[derive(Deserialize)]
struct Line {
    id: String,
    kind: String,
    sent_by: String,
    answers: Option<String>,
    frame_hex: String,
}

/// A request with its answer.
struct Exchange {
    id: String,
    request: Command,
    answer: Command,
}

fn decode(line: &Line) -> Command {
    let digits = line.frame_hex.as_bytes().chunks(2);
    let bytes = digits.map(|pair| {
        let pair = std::str::from_utf8(pair).expect("digits");
        u8::from_str_radix(pair, 16).expect("digits")
    });
    let mut raw = bytes::BytesMut::from_iter(bytes);
    let frame = Frame::decode(&mut raw, usize::MAX).expect("a frame");
    Command::decode(frame.expect("whole")).expect("a command")
}

/// A request whose times are as far ahead as they were when it was captured: what is too late, or
/// too early, depends on the day.
fn as_if_sent_now(mut request: Command) -> Command {
    let sent: Option<i64> = request.fields.parse("g").ok().flatten();
    let (Some(sent), Some(raw)) = (sent, request.fields.get("i").map(str::to_owned)) else {
        return request;
    };
    let Some(time) = properties::get(&raw, name::TIMER_DELIVER_MS) else {
        return request;
    };
    let ahead = time.parse::<i64>().expect("a time") - sent;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = i64::try_from(now.expect("after 1970").as_millis()).expect("a time");
    let moved = raw.replace(time, &(now + ahead).to_string());
    let mut fields = ExtFields::new();
    for (name, value) in request.fields.iter() {
        fields.push(name, if name == "i" { &moved } else { value });
    }
    request.fields = fields;
    request
}

fn captured() -> Vec<Exchange> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/frames.jsonl");
    let text = std::fs::read_to_string(path).expect("the golden frames");
    let lines: Vec<Line> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line"))
        .collect();
    let by_id: HashMap<_, _> = lines.iter().map(|line| (line.id.as_str(), line)).collect();
    lines
        .iter()
        .filter(|line| line.kind == "response")
        .filter(|line| line.sent_by == "broker 5.3.3" || line.sent_by == "name server 5.3.3")
        .filter_map(|line| {
            let request = by_id.get(line.answers.as_deref()?)?;
            Some(Exchange {
                id: request.id.clone(),
                request: as_if_sent_now(decode(request)),
                answer: decode(line),
            })
        })
        .collect()
}

/// Requests whose answers came of what the file does not have: heartbeats that only one of
/// several clients sent, messages, an offset reset, a broker that filters by SQL.
const NEED_MORE: &[&str] = &[
    "f995", "f912", "f994", "f2552", "f2657", "f2583", "f2705", "f2644", "f3688", "f3810", "f3827",
    "f3848", "f3906", "f5030", "f5148", "f5574", "f5709", "f6338", "f5658",
];

const TOPICS: &[(&str, u32)] = &[
    ("golden-normal", 4),
    ("golden-order", 4),
    ("golden-apache", 4),
    ("golden-delay", 4),
    ("golden-tx", 4),
    ("golden-tag", 2),
    ("golden-bcast", 2),
    ("golden-lz", 2),
    ("golden-wide", 8),
];

fn names(command: &Command) -> BTreeSet<&str> {
    command.fields.iter().map(|(name, _)| name).collect()
}

/// A remark without what differs from run to run: addresses, and a stack of Java's.
fn remark(command: &Command) -> Option<&str> {
    let remark = command.remark.as_deref().filter(|it| !it.is_empty())?;
    ["127.0.0.1:", "com.alibaba", "java.lang"]
        .iter()
        .filter_map(|mark| remark.find(mark))
        .min()
        .map_or(Some(remark), |end| Some(&remark[..end]))
        .map(str::trim_end)
        .filter(|it| !it.is_empty())
}

/// The text of a body that is JSON, with what differs from run to run made equal.
fn json_shape(command: &Command) -> Option<String> {
    let text = std::str::from_utf8(&command.body).ok()?;
    let digits_as_one = text.split(|c: char| c.is_ascii_digit());
    let parts: Vec<_> = digits_as_one.filter(|part| !part.is_empty()).collect();
    Some(parts.join("0"))
}

#[tokio::test]
async fn captured_requests_are_answered_as_5_3_3_answered_them() {
    let server = start(DevServer::builder()).await;
    for (topic, queues) in TOPICS {
        server.create_topic(topic, *queues).expect("a name");
    }
    let mut name_server = Client::connect(&server.namesrv_addr()).await;
    let mut broker = Client::of(&server).await;
    let mut compared = 0;
    for exchange in captured() {
        let client = match exchange.request.request_code() {
            RequestCode::GET_ROUTEINFO_BY_TOPIC => &mut name_server,
            _ => &mut broker,
        };
        let opaque = client.ask(exchange.request).await;
        let ours = client.answer(opaque).await;
        if NEED_MORE.contains(&exchange.id.as_str()) {
            continue;
        }
        compared += 1;
        let (id, theirs) = (&exchange.id, &exchange.answer);
        assert_eq!(ours.code, theirs.code, "{id}: {:?}", ours.remark);
        assert_eq!(names(&ours), names(theirs), "{id}");
        let is_java = |it: &Command| it.code == 1 && remark(it).is_none();
        if !is_java(theirs) {
            assert_eq!(remark(&ours), remark(theirs), "{id}");
        }
        if theirs.code != 0 || json_shape(theirs).is_some() {
            assert_eq!(json_shape(&ours), json_shape(theirs), "{id}");
        }
    }
    assert!(compared > 70, "{compared}");
}

/// What the replay cannot reach, by other requests that come to the same codes.
#[tokio::test]
async fn answers_have_the_fields_that_5_3_3_gave_them() {
    let mut theirs: BTreeMap<(i16, i16), BTreeSet<String>> = BTreeMap::new();
    for exchange in captured() {
        let codes = (exchange.request.code, exchange.answer.code);
        let names = names(&exchange.answer).into_iter().map(str::to_owned);
        theirs.entry(codes).or_insert_with(|| names.collect());
    }
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let own = raw_properties([("KEYS", "k"), ("TAGS", "A")]);
    client.send("t", &own, "x").await;
    let message = crate::support::decode(&client.pull("t", 0).await).remove(0);
    let filtered = with(&pull_fields("g", "t", 0), "subscription", "B");
    let query = fields([
        ("topic", "t"),
        ("key", "k"),
        ("maxNum", "32"),
        ("beginTimestamp", "0"),
        ("endTimestamp", "9999999999999"),
    ]);
    let back = fields([
        ("group", "g"),
        ("delayLevel", "0"),
        ("originMsgId", "m"),
        ("originTopic", "t"),
        ("unitMode", "false"),
    ]);
    let back = with(&back, "offset", message.commit_log_offset());
    for (code, fields, expected) in [
        (RequestCode::PULL_MESSAGE, filtered, 20),
        (RequestCode::QUERY_MESSAGE, query, 0),
        (RequestCode::CONSUMER_SEND_MSG_BACK, back, 0),
    ] {
        let ours = client.call(code, fields, &[]).await;
        assert_eq!(ours.code, expected, "{code}: {:?}", ours.remark);
        let names: BTreeSet<_> = names(&ours).into_iter().map(str::to_owned).collect();
        assert_eq!(theirs.get(&(code.0, expected)), Some(&names), "{code}");
    }
}
