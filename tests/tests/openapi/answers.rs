//! Answers: all operations, in all the ways that consoles write them.

use futures_util::TryStreamExt as _;
use onsmq::ErrorKind;
use onsmq::openapi::{Answers, OPERATIONS, OpenApi, Operation};
use onsmq_tests::console::Console;
use onsmq_tests::unique;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::calls::{answers, client};

fn shaped(shape: &str) -> OpenApi {
    client(&Console::shared().config(&format!("/shape/{shape}")))
}

#[tokio::test]
async fn all_39_operations_have_equal_answers_in_all_shapes() {
    let native = answers(&shaped("native")).await;
    let names: Vec<_> = native.iter().map(|(name, _)| *name).collect();
    let known: Vec<_> = OPERATIONS.iter().map(|it| it.name).collect();
    assert_eq!(names, known);
    for (name, answer) in &native {
        let answers = Operation::find(name).expect("known").answers;
        assert_eq!(answer.data.is_null(), answers == Answers::Nothing, "{name}");
        assert_eq!(answer.request_id, format!("req-{name}"));
        assert_eq!(answer.message, "operation success");
    }
    for shape in ["text", "blanks", "bare", "strings"] {
        assert_eq!(answers(&shaped(shape)).await, native, "{shape}");
    }
}

#[tokio::test]
async fn nothing_is_nothing_however_it_is_written() {
    for shape in ["null", "absent", "empty-text", "empty-object"] {
        for (name, answer) in answers(&shaped(shape)).await {
            let answers = Operation::find(name).expect("known").answers;
            let kept = shape == "empty-object" && answers == Answers::Json;
            let nothing = if kept { json!({}) } else { Value::Null };
            assert_eq!(answer.data, nothing, "{name} as {shape}");
        }
    }
}

#[tokio::test]
async fn data_of_another_kind_is_passed_on() {
    for (shape, data) in [("array", json!([1, "二"])), ("scalar", json!(7))] {
        for (name, answer) in answers(&shaped(shape)).await {
            assert_eq!(answer.data, data, "{name}");
        }
    }
}

#[derive(Debug, Deserialize)]
struct TopicMeta {
    topic: String,
    owner: i64,
    remark: Option<String>,
}

#[tokio::test]
async fn data_becomes_a_type_of_the_callers_with_every_digit() {
    let client = shaped("text");
    let answer = client.topic().get("T").await.expect("an answer");
    let meta: TopicMeta = answer.decode().expect("a topic");
    assert_eq!(
        (meta.topic.as_str(), meta.owner),
        ("T", 1234567890123456789)
    );
    assert_eq!(meta.remark, None);
    let status = client.topic().status("T").await.expect("an answer");
    assert_eq!(
        status.data["offsetTable"][0]["maxOffset"],
        9_007_199_254_740_993_i64
    );
    let message = client.message().get_by_id("0A", "T").await.expect("one");
    assert_eq!(message.data["properties"]["TAGS"], "标签 A");
    let error = answer.decode::<Vec<String>>().expect_err("it is an object");
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test]
async fn pages_come_one_after_the_other_up_to_the_last() {
    for (shape, size, from, expected) in [
        ("native", 20, 1, 45),
        ("text", 45, 1, 45),
        ("native", 9, 4, 18),
        ("bare", 7, 1, 45),
        ("native", 20, 4, 0),
    ] {
        let run = unique("pages");
        let config = Console::shared().config(&format!("/run/{run}/shape/{shape}"));
        let request = client(&config).topic().list_in_page();
        let pages = request.page_size(size).current_page(from).pages();
        let pages: Vec<_> = pages.try_collect().await.expect("pages");
        let items: Vec<_> = pages
            .iter()
            .flat_map(onsmq::openapi::Answer::items)
            .collect();
        assert_eq!(items.len(), expected, "{shape} {size}");
        let last = items.last().map(|item| item["topic"].as_str());
        assert_eq!(last, (expected > 0).then_some(Some("TOPIC_44")));
        assert_eq!(Console::shared().seen(&run).len(), pages.len().max(1));
    }
}

#[tokio::test]
async fn the_region_is_the_configured_one_and_none_is_sent_when_regions_are_asked_for() {
    let run = unique("region");
    let config = Console::shared().config(&format!("/run/{run}"));
    let client = client(&config.set("RegionId", "区域 1"));
    client.region().list().await.expect("regions");
    client.topic().list_names().await.expect("names");
    let seen = Console::shared().seen(&run);
    assert_eq!(seen[0].parameters.get("_regionId"), None);
    assert_eq!(seen[1].parameters["_regionId"], "区域 1");
}

#[tokio::test]
async fn endpoints_may_end_with_a_slash_and_operations_may_be_spelled_as_paths() {
    let client = client(&Console::shared().config("/shape/native/"));
    for name in ["topic/get", "/json/topic/get", "json/topic/get"] {
        let answer = client.call(name, [("topic", "T")]).await;
        assert_eq!(answer.expect("an answer").data["topic"], "T");
    }
}

#[tokio::test]
async fn parameters_that_a_newer_console_may_have_are_sent() {
    let error = shaped("native")
        .call("topic/get", [("topic", "T"), ("novel", "1")])
        .await
        .expect_err("this console has none");
    assert_eq!(error.kind(), ErrorKind::OpenApiRefused);
    assert_eq!(error.remark(), Some("novel is unknown"));
}
