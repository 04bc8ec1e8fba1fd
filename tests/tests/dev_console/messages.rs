use onsmq::openapi::OpenApiCode;
use serde_json::Value;

use crate::stage::{Stage, code, eventually, now};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_found_by_either_id_and_by_key() {
    let stage = Stage::new().await;
    let sent = stage.send("T", 20).await;
    let message = stage.api.message();
    let id = sent[7].message_id.to_string();
    let found = message.get_by_id(&id, "T").await.expect("a message").data;
    assert_eq!(found["msgId"], *id);
    assert_eq!(found["properties"]["KEYS"], "key-7");
    assert_eq!(found["keys"], "key-7");
    let place = found["offsetMsgId"].as_str().expect("an id");
    let by_place = message.get_by_id(place, "T").await.expect("a message");
    assert_eq!(by_place.data, found);

    let by_key = message.get_by_key("T", "key-7").await.expect("messages");
    assert_eq!((by_key.items(), by_key.total), (&[found.clone()][..], 1));
    let all = message.get_by_topic("T").await.expect("messages");
    assert_eq!(all.items().len(), 20);
    let times = |it: &Value| it["storeTimestamp"].as_i64();
    assert!(
        all.items()
            .is_sorted_by_key(|it| std::cmp::Reverse(times(it)))
    );

    stage.send("U", 1).await;
    for nothing in [
        message.get_by_id(&id, "U").await,
        message.get_by_id(place, "U").await,
        message.get_by_id("no such id", "T").await,
        message.get_by_key("T", "key").await,
    ] {
        assert_eq!(code(nothing), OpenApiCode::BizNoMessage);
    }
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_s_trace_says_which_groups_consumed_it() {
    let stage = Stage::new().await;
    let sent = stage.send("T", 1).await;
    let id = sent[0].message_id.to_string();
    let track = async || {
        let answer = stage.api.message().trace(&id, "T").await.expect("a trace");
        let track = answer.items().first()?;
        assert_eq!(track["consumerGroup"], "GID_traced");
        track["trackType"].as_str().map(str::to_owned)
    };
    assert_eq!(track().await, None, "no group has to do with the topic");
    let (consumer, mut bodies) = stage.consumer("GID_traced", "T").await;
    bodies.take(1).await;
    stage.wait_for_backlog("GID_traced", 0).await;
    assert_eq!(track().await.as_deref(), Some("CONSUMED"));
    consumer.shutdown().await;
    let reset = stage.api.consumer().reset_offset("GID_traced", "T", 1);
    reset.reset_timestamp(0).await.expect("reset");
    let is_offline = async || track().await.filter(|it| it == "NOT_ONLINE");
    eventually("the group is offline", is_offline).await;
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trends_count_what_was_sent_and_received() {
    let stage = Stage::new().await;
    let begin = now();
    stage.send("T", 12).await;
    let (consumer, mut bodies) = stage.consumer("GID_trend", "T").await;
    bodies.take(12).await;
    let end = now();
    let sum = |answer: onsmq::openapi::Answer| {
        let records = answer.data["records"].as_array().cloned();
        let values = records.into_iter().flatten();
        values.filter_map(|it| it["y"].as_f64()).sum::<f64>()
    };
    let trend = stage.api.trend();
    let (before, after) = (begin - 180_000, end + 180_000);
    let written = trend.topic_input_tps("T", before, after, 1, 0).await;
    assert_eq!(sum(written.expect("a trend")), 12.0);
    let consumed = trend.group_output_tps("T", before, after, 1, 0).await;
    assert_eq!(sum(consumed.expect("a trend")), 12.0);
    let rate = trend.topic_input_tps("T", before, after, 5, 1).await;
    let rate = sum(rate.expect("a trend"));
    assert!((rate - 12.0 / 300.0).abs() < 1e-9, "{rate} a second");
    let earlier = trend.topic_input_tps("T", 0, 60_000, 1, 0).await;
    assert_eq!(sum(earlier.expect("a trend")), 0.0);
    let endless = trend.topic_input_tps("T", 0, end, 1, 0).await;
    assert_eq!(code(endless), OpenApiCode::BizFieldCheckInvalid);
    consumer.shutdown().await;
    stage.server.shutdown().await;
}
