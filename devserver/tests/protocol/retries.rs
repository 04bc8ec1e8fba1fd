//! Messages that come again, later, elsewhere, or not at all.

use std::time::{Duration, Instant};

use crate::support::{Client, consumer, fields, properties, send_fields, start, with};
use onsmq_devserver::{Builder, DevServer};
use onsmq_proto::codec::{ExtFields, RequestCode, ResponseCode};
use onsmq_proto::message::StoredMessage;

const BACK: RequestCode = RequestCode::CONSUMER_SEND_MSG_BACK;

fn quick() -> Builder {
    DevServer::builder().retry_delay(Duration::from_millis(1))
}

fn send_back(message: &StoredMessage, max: i32) -> ExtFields {
    let fields = fields([
        ("group", "g"),
        ("delayLevel", "0"),
        ("originMsgId", "m"),
        ("originTopic", "t"),
        ("unitMode", "false"),
    ]);
    let fields = with(&fields, "offset", message.commit_log_offset());
    with(&fields, "maxReconsumeTimes", max)
}

async fn only_message(client: &mut Client, topic: &str, offset: i64) -> StoredMessage {
    let mut messages = client.messages(topic, offset).await;
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

#[tokio::test]
async fn a_message_that_failed_comes_again_and_is_dead_in_the_end() {
    let server = start(quick()).await;
    let mut client = Client::of(&server).await;
    client.heartbeat(&consumer("c", "g", &[("t", "*")])).await;
    let own = properties([("UNIQ_KEY", "ID"), ("TAGS", "A")]);
    client.send("t", &own, "x").await;
    let original = only_message(&mut client, "t", 0).await;

    client.done(BACK, send_back(&original, 2), &[]).await;
    let first = only_message(&mut client, "%RETRY%g", 0).await;
    assert_eq!(first.reconsume_times(), 1);
    assert_eq!(first.body(), b"x");
    let origin = original.offset_message_id();
    for (name, value) in [
        ("RETRY_TOPIC", "t"),
        ("ORIGIN_MESSAGE_ID", origin.as_str()),
        ("REAL_TOPIC", "%RETRY%g"),
        ("REAL_QID", "0"),
        ("DELAY", "3"),
        ("WAIT", "false"),
        ("UNIQ_KEY", "ID"),
        ("TAGS", "A"),
    ] {
        assert_eq!(first.property(name), Some(value), "{name}");
    }

    client.done(BACK, send_back(&first, 2), &[]).await;
    let second = only_message(&mut client, "%RETRY%g", 1).await;
    assert_eq!(second.reconsume_times(), 2);
    assert_eq!(second.property("DELAY"), Some("4"));
    assert_eq!(second.property("ORIGIN_MESSAGE_ID"), Some(origin.as_str()));

    client.done(BACK, send_back(&second, 2), &[]).await;
    let dead = only_message(&mut client, "%DLQ%g", 0).await;
    assert_eq!(dead.reconsume_times(), 3);
    assert_eq!(dead.property("RETRY_TOPIC"), Some("t"));
    assert_eq!(dead.property("UNIQ_KEY"), Some("ID"));
}

#[tokio::test]
async fn a_negative_level_is_the_death_of_a_message() {
    let server = start(quick()).await;
    let mut client = Client::of(&server).await;
    client.send("t", "", "x").await;
    let message = only_message(&mut client, "t", 0).await;
    let fields = with(&send_back(&message, 16), "delayLevel", -1);
    client.done(BACK, fields, &[]).await;
    only_message(&mut client, "%DLQ%g", 0).await;
}

#[tokio::test]
async fn what_is_not_there_cannot_be_sent_back() {
    let server = start(quick()).await;
    let mut client = Client::of(&server).await;
    client.send("t", "", "x").await;
    let message = only_message(&mut client, "t", 0).await;
    for offset in [-1, 1, 99_999_999] {
        let fields = with(&send_back(&message, 16), "offset", offset);
        let answer = client.call(BACK, fields, &[]).await;
        assert_eq!(answer.response_code(), ResponseCode::SYSTEM_ERROR);
        let remark = format!("look message by offset failed, {offset}");
        assert_eq!(answer.remark, Some(remark));
    }
}

#[tokio::test]
async fn an_ordered_consumers_message_that_came_too_often_is_dead() {
    let server = start(quick()).await;
    let mut client = Client::of(&server).await;
    let fields = send_fields("%RETRY%g", 0);
    let fields = with(&with(&fields, "j", 3), "l", 2);
    let fields = with(
        &fields,
        "i",
        properties([("DELAY", "5"), ("RETRY_TOPIC", "t")]),
    );
    client
        .done(RequestCode::SEND_MESSAGE_V2, fields, b"x")
        .await;
    let dead = only_message(&mut client, "%DLQ%g", 0).await;
    assert_eq!(dead.property("DELAY"), Some("-1"));
    assert_eq!(dead.property("RETRY_TOPIC"), Some("t"));
    assert_eq!(dead.reconsume_times(), 3);
}

#[tokio::test]
async fn a_delayed_message_comes_when_its_time_does() {
    let levels = [1, 60_000, 50].map(Duration::from_millis);
    let server = start(DevServer::builder().delay_levels(levels)).await;
    let mut client = Client::of(&server).await;
    let begin = Instant::now();
    // Level 3 is sent before level 1, and 9 is the highest there is.
    for (level, body) in [("3", "later"), ("1", "soon"), ("9", "last")] {
        client
            .send("t", &properties([("DELAY", level)]), body)
            .await;
    }
    let soon = only_message(&mut client, "t", 0).await;
    assert_eq!(soon.body(), b"soon");
    assert_eq!(soon.property("REAL_TOPIC"), Some("t"));
    assert_eq!(soon.property("DELAY"), Some("1"));
    let mut late = client.messages("t", 1).await;
    assert!(begin.elapsed() >= Duration::from_millis(50));
    if late.len() == 1 {
        late.extend(client.messages("t", 2).await);
    }
    assert_eq!(late[0].body(), b"later");
    assert_eq!(late[1].body(), b"last");
    assert_eq!(late[1].property("DELAY"), Some("3"));
}

#[tokio::test]
async fn a_message_with_a_time_comes_then() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let begin = Instant::now();
    let sent = client
        .send("t", &properties([("TIMER_DELAY_MS", "50")]), "x")
        .await;
    assert!(sent.fields.get("recallHandle").is_some());
    let message = only_message(&mut client, "t", 0).await;
    assert!(begin.elapsed() >= Duration::from_millis(50));
    for name in ["TIMER_OUT_MS", "TIMER_ENQUEUE_MS", "TIMER_DEQUEUE_MS"] {
        assert!(message.property(name).is_some(), "{name}");
    }
}

/// A day passes in 86 ms, for messages with a time and for those with a level.
#[tokio::test]
async fn time_passes_faster_where_it_is_asked_to() {
    let server = start(DevServer::builder().speed(1_000_000.0)).await;
    let mut client = Client::of(&server).await;
    let begin = Instant::now();
    let day = properties([("TIMER_DELAY_SEC", "86400")]);
    client.send("timed", &day, "x").await;
    let timed = only_message(&mut client, "timed", 0).await;
    assert_eq!(timed.body(), b"x");
    assert!(begin.elapsed() >= Duration::from_millis(86));
    let two_hours = properties([("DELAY", "18")]);
    client.send("delayed", &two_hours, "y").await;
    let delayed = only_message(&mut client, "delayed", 0).await;
    assert_eq!(delayed.body(), b"y");
}
