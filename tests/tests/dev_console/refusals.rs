//! What is wrong is refused, with the guide's codes; each operation is asked by plain HTTP, as our
//! own client would not ask it.

use onsmq::ErrorKind;
use onsmq::openapi::{OPERATIONS, OpenApi, OpenApiCode};
use onsmq_devserver::{Account, CONSOLE_ACCESS_KEY, CONSOLE_SECRET_KEY, DevServer};
use serde_json::{Value, json};

use crate::stage::{Stage, account, code, now};

/// Signs and asks, whatever it is.
fn ask(stage: &Stage, operation: &str, own: &[(&str, &str)]) -> Value {
    let time = now().to_string();
    let mut all = vec![
        ("__preventCache", time.as_str()),
        ("_accesskey", CONSOLE_ACCESS_KEY),
        ("_platform", "onsConsole"),
        ("_regionId", "mq-private"),
    ];
    all.extend(own);
    let signature = onsmq_proto::openapi::signature(CONSOLE_SECRET_KEY, all.iter().copied());
    all.push(("_signature", &signature));
    let query = onsmq_proto::openapi::query(all);
    let path = format!("/json/{operation}?{query}");
    let answer = crate::browser::get(&stage.url(), &path, &[]);
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{operation}: {answer:?}"))
}

/// A value that a parameter takes.
fn value(name: &str) -> &'static str {
    match name {
        "type" => "0",
        "relation" => "2",
        "period" => "1",
        "empowerUser" => "7",
        "queryType" => "PUB",
        "consoleType" => "TPS",
        "tunnelType" => "anyTunnel",
        "beginTime" | "endTime" => "1520812800000",
        _ => "x",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_is_known_and_says_which_parameter_is_missing() {
    let stage = Stage::new().await;
    stage.api.topic().create("x", "x").await.expect("made");
    let subscription = stage.api.subscription();
    subscription.create("x", "x").await.expect("made");
    for operation in OPERATIONS {
        let required = operation.parameters.iter().filter(|it| it.is_required);
        let full: Vec<_> = required.map(|it| (it.name, value(it.name))).collect();
        for missing in &full {
            let without: Vec<_> = full.iter().filter(|it| *it != missing).copied().collect();
            let answer = ask(&stage, operation.name, &without);
            assert_eq!(answer["code"], "BIZ_FIELD_CHECK_INVALID", "{answer}");
            let said = answer["message"].as_str().expect("words");
            assert!(said.contains(missing.0), "{}: {said}", operation.name);
            assert_eq!(answer["success"], false);
        }
    }
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_are_not_allowed_are_refused() {
    let stage = Stage::new().await;
    stage.api.topic().create("T", "inst").await.expect("made");
    let times = [("topic", "T"), ("beginTime", "2"), ("endTime", "1")];
    for (operation, own) in [
        ("topic/create", &[("topic", "a b"), ("instanceId", "i")][..]),
        ("topic/create", &[("topic", "TBW102"), ("instanceId", "i")]),
        ("topic/listInPage", &[("currentPage", "0")]),
        ("topic/listInPage", &[("pageSize", "x")]),
        (
            "consumer/accumulate",
            &[("consumerId", "C"), ("detail", "yes")],
        ),
        (
            "consumer/resetoffset",
            &[
                ("consumerId", "C"),
                ("topic", "T"),
                ("type", "0"),
                ("resetTimestamp", "1"),
            ],
        ),
        (
            "empower/create",
            &[("empowerUser", "7"), ("topic", "T"), ("relation", "3")],
        ),
        (
            "empower/create",
            &[("empowerUser", "me"), ("topic", "T"), ("relation", "2")],
        ),
        (
            "trend/topicInputTps",
            &[times[0], times[1], times[2], ("period", "1"), ("type", "0")],
        ),
    ] {
        let answer = ask(&stage, operation, own);
        assert_eq!(
            answer["code"], "BIZ_FIELD_CHECK_INVALID",
            "{own:?}: {answer}"
        );
    }
    let answer = ask(&stage, "topic/get", &[("topic", "none")]);
    assert_eq!(answer["code"], "BIZ_TOPIC_NOT_FOUND");
    assert_eq!(answer["data"], json!(null));
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_account_is_let_in() {
    let stage = Stage::new().await;
    let asked = async |name: &str, value: &str| {
        let config = account(&stage.server).set(name, value);
        let api = OpenApi::new(&config).expect("a client");
        api.topic().list_names().await.expect_err("a refusal")
    };
    for (name, value) in [("AccessKey", "other"), ("SecretKey", "other")] {
        let error = asked(name, value).await;
        assert_eq!(error.kind(), ErrorKind::NoPermission, "{error}");
    }
    let elsewhere = asked("RegionId", "cn-hangzhou").await;
    let code = elsewhere.openapi_code();
    assert_eq!(code, Some(&OpenApiCode::BizRegionNotFound));
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_accounts_of_a_server_are_its_console_s_and_own_what_they_make() {
    let builder = DevServer::builder();
    let builder = builder.account(Account::new("one", "secret-1"));
    let stage = Stage::with(builder.account(Account::new("two", "secret-2"))).await;
    let of = |key: &str, secret: &str| {
        let config = account(&stage.server);
        let config = config.set("AccessKey", key).set("SecretKey", secret);
        OpenApi::new(&config).expect("a client")
    };
    let (one, two) = (of("one", "secret-1"), of("two", "secret-2"));
    let nobody = stage.api.topic().list_names().await;
    let error = nobody.expect_err("there are others");
    assert_eq!(error.kind(), ErrorKind::NoPermission);
    one.topic().create("T", "inst").await.expect("made");
    one.publish().create("PID", "T").await.expect("made");
    one.subscription().create("CID", "T").await.expect("made");
    for (asked, expected) in [
        (
            two.empower().create(7, "T", 2).await,
            OpenApiCode::EmpowerOwnerCheckError,
        ),
        (
            two.publish().create("PID", "T").await,
            OpenApiCode::BizProducerIdBelongToOtherUser,
        ),
        (
            two.subscription().create("CID", "T").await,
            OpenApiCode::BizConsumerIdBelongToOtherUser,
        ),
    ] {
        assert_eq!(code(asked), expected);
    }
    let deleted = two.topic().delete("T").await;
    let error = deleted.expect_err("it is another's");
    assert_eq!(error.kind(), ErrorKind::NoPermission);
    one.topic().delete("T").await.expect("deleted");
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_asked_for_over_http_by_programs_only() {
    let stage = Stage::new().await;
    let command = r#"{"kill_broker":{"broker":"broker-a"}}"#;
    let json = ("Content-Type", "application/json");
    for headers in [
        &[][..],
        &[("Content-Type", "text/plain")],
        &[json, ("Origin", "http://evil.example")],
    ] {
        let answer = crate::browser::post(&stage.url(), "/control", headers, command);
        assert_eq!(answer.status, 415, "{headers:?}");
    }
    let ask = |command| crate::browser::post(&stage.url(), "/control", &[json], command);
    let answer = ask(command);
    assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    let page = crate::browser::get(&stage.url(), "/", &[]).body;
    assert!(page.contains(">killed<"), "{page}");
    let answer = ask(r#"{"no_such":1}"#);
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("error"), "{answer:?}");
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stale_changed_and_repeated_requests_are_not_taken() {
    let stage = Stage::new().await;
    let hour_ago = (now() - 3_600_000).to_string();
    let signed = |time: &str| {
        let mut all = vec![
            ("__preventCache", time),
            ("_accesskey", CONSOLE_ACCESS_KEY),
            ("_platform", "onsConsole"),
        ];
        let signature = onsmq_proto::openapi::signature(CONSOLE_SECRET_KEY, all.iter().copied());
        all.push(("_signature", &signature));
        onsmq_proto::openapi::query(all)
    };
    let ask = |query: String| {
        let path = format!("/json/region/list?{query}");
        let answer = crate::browser::get(&stage.url(), &path, &[]);
        serde_json::from_str::<Value>(&answer.body).expect("JSON")["code"].clone()
    };
    let fresh = signed(&now().to_string());
    assert_eq!(ask(fresh.clone()), 200);
    assert_eq!(ask(signed(&hour_ago)), 403);
    assert_eq!(ask(format!("{fresh}&added=1")), 403);
    assert_eq!(
        ask(format!("{fresh}&_accesskey=dev")),
        "BIZ_FIELD_CHECK_INVALID"
    );
    let unknown = crate::browser::get(&stage.url(), "/json/topic/rename", &[]);
    assert_eq!(unknown.status, 404);
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_that_nobody_knows_are_not_found() {
    let stage = Stage::new().await;
    stage.api.topic().create("T", "inst").await.expect("made");
    let api = stage.api.consumer();
    for asked in [
        api.accumulate("none").await,
        api.status("none").await,
        api.get_connection("none").await,
        api.progress("none", "T").await,
        api.reset_offset("none", "T", 0).await,
    ] {
        assert_eq!(code(asked), OpenApiCode::BizSubscriptionNotFound);
    }
    stage.server.shutdown().await;
}
