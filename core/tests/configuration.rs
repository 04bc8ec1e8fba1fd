//! What a configuration may hold, and what is said where it may not.

use onsmq::{Client, Config, Credentials, Discovery, ErrorKind, ProducerConfig};

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

#[test]
fn half_a_client_certificate_is_not_enough() {
    for (given, missing) in [("certPath", "keyPath"), ("keyPath", "certPath")] {
        let key = |name: &str| format!("tls.client.{name}");
        let text = refused(&base().set(&key(given), "/x.pem"));
        assert!(
            text.contains(&format!(
                "{} is set and {} is not",
                key(given),
                key(missing)
            )),
            "{text}"
        );
    }
}

#[test]
fn an_address_server_is_a_url() {
    for bad in ["host:80", "ftp://host/x", "http://", "host"] {
        assert!(refused(&base().set("ONSAddr", bad)).contains("http://... or https://..."));
    }
    Client::new()
        .consumer(&base().set("onsaddr", "http://127.0.0.1:8080/rocketmq/nsaddr"))
        .expect("a URL");
}

/// Runs in a process of its own, with NAMESRV_ADDR set.
#[test]
#[ignore = "run by the test below"]
fn discovery_of_this_environment() {
    let discovery = |properties: &[(&str, &str)]| {
        let config: Config = properties.iter().copied().collect();
        let config = ProducerConfig::try_from(&config).expect("a configuration");
        config.client.discovery
    };
    let named = |address: &str| Discovery::NameServers(vec![address.to_owned()]);
    let (here, url) = (("NAMESRV_ADDR", "here:1"), ("ONSAddr", "http://there/"));
    assert_eq!(discovery(&[here, url]), named("here:1"));
    assert_eq!(
        discovery(&[url]),
        Discovery::AddressServer("http://there/".to_owned())
    );
    assert_eq!(discovery(&[]), named("environment:1"));
}

#[test]
fn what_is_configured_wins_over_the_environment() {
    let test = std::env::current_exe().expect("this program");
    let with = |address: &str| {
        std::process::Command::new(&test)
            .args(["--exact", "discovery_of_this_environment", "--ignored"])
            .env("NAMESRV_ADDR", address)
            .output()
            .expect("this program")
    };
    let good = with(" environment:1 ;");
    assert!(good.status.success(), "{good:?}");
    let bad = with("environment");
    let said = String::from_utf8_lossy(&bad.stdout).into_owned();
    assert!(said.contains("environment variable NAMESRV_ADDR"), "{said}");
}

#[test]
fn new_credentials_are_checked_and_not_shown() {
    let client = Client::new();
    let producer = client.producer(&base()).expect("a producer");
    let good = Credentials::new("AK", "hush").security_token("hush");
    assert!(!format!("{good:?}").contains("hush"));
    producer.set_credentials(good.clone()).expect("good ones");
    for bad in [
        Credentials::new("", "hush"),
        Credentials::new("AK", ""),
        good.security_token(""),
    ] {
        let error = producer.set_credentials(bad).expect_err("bad ones");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!error.message().contains("hush"), "{error}");
    }
}
