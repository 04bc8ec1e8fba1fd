//! What is wrong is said before anything is sent.

use std::net::TcpListener;

use onsmq::openapi::OpenApi;
use onsmq::{Config, Error, ErrorKind};

fn config(endpoint: &str) -> Config {
    Config::new()
        .set("Endpoint", endpoint)
        .set("AccessKey", "key")
        .set("SecretKey", "hush")
}

/// A client of a console that must not be asked: to connect would be another error.
fn client() -> OpenApi {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    OpenApi::new(&config(&format!("http://{address}"))).expect("a client")
}

fn is_refused(error: &Error, operation: &str, words: &[&str]) {
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert_eq!(error.operation(), Some(operation), "{error}");
    for word in [&[operation], words].concat() {
        assert!(error.message().contains(word), "no `{word}`: {error}");
    }
}

async fn call(name: &str, parameters: &[(&str, &str)]) -> Error {
    let asked = client().call(name, parameters.iter().copied()).await;
    asked.expect_err("nothing that is sent")
}

#[tokio::test]
async fn the_parameter_is_named() {
    let client = client();
    let failed = |result: onsmq::Result<_>| result.expect_err("nothing that is sent");

    let error = failed(client.topic().create("T 1", "inst").await);
    is_refused(&error, "topic/create", &["topic", "`T 1`", "a-z"]);
    let error = failed(client.topic().create("T", "").await);
    is_refused(&error, "topic/create", &["instanceId"]);
    let error = failed(client.topic().create(&"x".repeat(256), "i").await);
    is_refused(&error, "topic/create", &["topic", "255"]);
    let error = failed(client.topic().list_in_page().page_size(0).await);
    is_refused(&error, "topic/listInPage", &["pageSize", "from 1 on"]);
    let error = failed(client.topic().list_in_page().current_page(-1).await);
    is_refused(&error, "topic/listInPage", &["currentPage"]);
    let error = failed(client.empower().create(7, "T", 3).await);
    is_refused(
        &error,
        "empower/create",
        &["relation", "`3`", "2 or 4 or 6"],
    );
    let error = failed(client.instance().tunnel_switch("tunnel", "i").await);
    is_refused(
        &error,
        "vpcTunnel/tunnelSwitch",
        &["tunnelType", "anyTunnel or singleTunnel"],
    );
    let error = failed(client.trend().topic_input_tps("T", 2, 1, 5, 1).await);
    is_refused(&error, "trend/topicInputTps", &["beginTime", "endTime"]);
    let error = failed(client.trend().topic_input_tps("T", 1, 2, 2, 1).await);
    is_refused(&error, "trend/topicInputTps", &["period", "1 or 5 or 10"]);
}

#[tokio::test]
async fn a_reset_to_a_time_needs_the_time_and_no_other_does() {
    let client = client();
    let reset = |kind| client.consumer().reset_offset("CID_a", "T", kind);
    let error = reset(1).await.expect_err("no time");
    is_refused(
        &error,
        "consumer/resetoffset",
        &["resetTimestamp", "type 1"],
    );
    let error = reset(0).reset_timestamp(5).await.expect_err("a time");
    is_refused(
        &error,
        "consumer/resetoffset",
        &["resetTimestamp", "type 0"],
    );
    let error = reset(2).await.expect_err("no such type");
    is_refused(&error, "consumer/resetoffset", &["type", "0 or 1"]);
}

#[tokio::test]
async fn raw_calls_of_what_is_known_are_checked() {
    let error = call("topic/create", &[("topic", "T")]).await;
    is_refused(&error, "topic/create", &["instanceId", "missing"]);
    let error = call("/json/topic/get", &[("topic", "主题")]).await;
    is_refused(&error, "topic/get", &["topic", "`主题`"]);
    for value in ["+1", "01", "x", "", "2147483648"] {
        let error = call("topic/listInPage", &[("pageSize", value)]).await;
        is_refused(&error, "topic/listInPage", &["pageSize"]);
    }
    let error = call("consumer/status", &[("consumerId", "C"), ("detail", "yes")]).await;
    is_refused(&error, "consumer/status", &["detail", "true or false"]);
    let error = call("topic/get", &[("topic", "T"), ("topic", "U")]).await;
    is_refused(&error, "topic/get", &["topic", "twice"]);
    let error = call("new/one", &[("_signature", "mine")]).await;
    is_refused(&error, "new/one", &["_signature", "leave it out"]);
    for name in ["", "a//b", "../x", "topic/create?x=1", "a b", "http://x/y"] {
        let error = call(name, &[]).await;
        is_refused(&error, name.trim_start_matches('/'), &["like topic/create"]);
    }
}

#[test]
fn the_configuration_is_checked() {
    let failed = |config: Config| OpenApi::new(&config).expect_err("not good").to_string();
    assert!(failed(Config::new()).contains("AccessKey and SecretKey"));
    let keys = Config::new().set("AccessKey", "a").set("SecretKey", "b");
    assert!(failed(keys.clone()).contains("Endpoint is missing"));
    assert!(failed(keys.clone().set("Endpoint", "ftp://x")).contains("http://"));
    for endpoint in ["http://me:hush@x", "http://x/?hush=1", "http://x#hush"] {
        let error = failed(keys.clone().set("Endpoint", endpoint));
        assert!(
            error.contains("Endpoint") && !error.contains("hush"),
            "{error}"
        );
    }
    let error = failed(config("http://x").set("OpenApiTimeoutMillis", "0"));
    assert!(error.contains("OpenApiTimeoutMillis"), "{error}");
    let error = failed(config("http://x").set("Endpoit", "http://y"));
    assert!(error.contains("unknown"), "{error}");
    let client = OpenApi::new(&config("http://x//")).expect("a client");
    assert_eq!(client.config().endpoint, "http://x");
    assert_eq!(client.config().region, "mq-private");
    let shown = format!("{client:?} {:?}", client.topic().create("T", "i"));
    assert!(
        shown.contains("http://x") && !shown.contains("hush"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_console_that_is_not_there_is_an_error_of_its_own() {
    let error = call("new/one", &[("topic", "T")]).await;
    assert_eq!(error.kind(), ErrorKind::ConnectFailed, "{error}");
    assert!(error.is_retriable() && error.message().contains("Endpoint"));
    assert_eq!(error.operation(), Some("new/one"));
    let shown = format!("{error:?}");
    assert!(
        !shown.contains("_signature") && !shown.contains("hush"),
        "{shown}"
    );
}
