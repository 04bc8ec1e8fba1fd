//! What a configuration may hold, and what is said where it may not.

use onsmq::{Client, Config, ErrorKind};

fn base() -> Config {
    Config::new()
        .set("NAMESRV_ADDR", "127.0.0.1:9876")
        .set("GROUP_ID", "GID_test")
}

/// The text of the error that a configuration makes.
fn refused(config: &Config) -> String {
    let error = Client::new()
        .consumer(config)
        .expect_err("a wrong configuration");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    error.message().to_owned()
}

#[test]
fn names_are_found_however_they_are_spelled() {
    for key in [
        "MaxReconsumeTimes",
        "maxReconsumeTimes",
        "max_reconsume_times",
        "MAXRECONSUMETIMES",
    ] {
        Client::new().consumer(&base().set(key, "3")).expect(key);
        assert!(
            refused(&base().set(key, "many")).contains("MaxReconsumeTimes has the value `many`")
        );
    }
}

#[test]
fn bounds_are_part_of_what_is_allowed() {
    for (key, bad) in [
        ("ConsumeThreadNums", "0"),
        ("ConsumeThreadNums", "1001"),
        ("maxCachedMessageAmount", "99"),
        ("maxCachedMessageAmount", "50001"),
        ("maxCachedMessageSizeInMiB", "15"),
        ("maxCachedMessageSizeInMiB", "2049"),
        ("SendMsgTimeoutMillis", "0"),
        ("SendMsgTimeoutMillis", "-1"),
        ("SendMsgTimeoutMillis", ""),
        ("SendMsgTimeoutMillis", "3e3"),
        ("MessageModel", "SHOUTING"),
        ("GROUP_ID", "a group"),
        ("NAMESRV_ADDR", "host"),
        ("NAMESRV_ADDR", "host:0"),
        ("NAMESRV_ADDR", ";"),
        ("InstanceName", ""),
    ] {
        let text = refused(&base().set(key, bad));
        assert!(
            text.contains(key) && text.contains(&format!("`{bad}`")),
            "{text}"
        );
    }
    for (key, good) in [
        ("maxCachedMessageAmount", "100"),
        ("maxCachedMessageAmount", "50000"),
        ("maxCachedMessageSizeInMiB", "16"),
        ("maxCachedMessageSizeInMiB", "2048"),
        ("messagemodel", "clustering"),
        ("NAMESRV_ADDR", " a:1 ; fd00::1:9876 ;"),
    ] {
        Client::new().consumer(&base().set(key, good)).expect(good);
    }
}

#[test]
fn a_name_that_is_nearly_right_is_suggested() {
    assert!(refused(&base().set("ConsumeThreads", "1")).contains("docs/configuration.md"));
    assert!(refused(&base().set("SendMsgTimeout", "1")).contains("mean SendMsgTimeoutMillis?"));
}

#[test]
fn secrets_are_not_shown() {
    let config = base()
        .set("AccessKey", "AK")
        .set("SecretKey", "hush")
        .set("SecurityToken", "");
    let text = refused(&config);
    assert!(
        text.contains("SecurityToken") && !text.contains("hush"),
        "{text}"
    );
    assert!(!format!("{config:?}").contains("hush"));
    let text = refused(&base().set("SecretKey", "hush"));
    assert!(
        text.contains("AccessKey is not") && !text.contains("hush"),
        "{text}"
    );
}

#[test]
fn group_id_wins_over_the_older_names() {
    let client = Client::new();
    let addresses = Config::new().set("NAMESRV_ADDR", "127.0.0.1:9876");
    let group = |config: &Config| client.consumer(config).map(|it| it.group().to_owned());
    assert_eq!(
        group(&addresses.clone().set("ConsumerId", "CID")).expect("a consumer"),
        "CID"
    );
    let both = addresses
        .clone()
        .set("ConsumerId", "CID")
        .set("GROUP_ID", "GID");
    assert_eq!(group(&both).expect("a consumer"), "GID");
    assert_eq!(
        client
            .producer(&both.set("ProducerId", "PID"))
            .expect("one")
            .group(),
        "GID"
    );
    assert!(refused(&addresses.clone().set("ProducerId", "PID")).contains("GROUP_ID is missing"));
    let producer = client
        .producer(&addresses)
        .expect("a producer without a group");
    assert_eq!(producer.group(), "__ONS_PRODUCER_DEFAULT_GROUP");
}
