//! The files that a server reads when it starts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::acl;
use super::builder::Options;
use super::error::Error;
use super::version::Version;

/// What a server reads with `-c`.
pub(super) const SERVER_CONF: &str = "server.conf";

/// 4.9.7 insists on these files; 5.3.3 is pointed at the last one.
const LOGBACK_FILES: [&str; 3] = [
    "logback_namesrv.xml",
    "logback_tools.xml",
    "logback_broker.xml",
];

const LOGBACK: &str = r#"<configuration>
  <appender name="file" class="ch.qos.logback.core.FileAppender">
    <file>${onsmq.log}</file>
    <encoder><pattern>%d{HH:mm:ss.SSS} %p %t - %m%n</pattern></encoder>
  </appender>
  <logger name="RocketmqWaterMark" level="OFF"/>
  <root level="INFO"><appender-ref ref="file"/></root>
</configuration>
"#;

/// What suits tests: small files that are quick to make, and no refusal under load.
const FOR_TESTS: [(&str, &str); 26] = [
    ("autoCreateTopicEnable", "true"),
    ("autoCreateSubscriptionGroup", "true"),
    ("enablePropertyFilter", "true"),
    ("longPollingEnable", "true"),
    // Sizes. The commit log must hold the largest message, 4 MiB.
    ("mappedFileSizeCommitLog", "67108864"),
    ("mappedFileSizeConsumeQueue", "1000000"),
    ("mappedFileSizeTimerLog", "10485760"),
    ("maxHashSlotNum", "50000"),
    ("maxIndexNum", "200000"),
    ("diskMaxUsedSpaceRatio", "95"),
    ("deleteWhen", "04"),
    ("fileReservedTime", "240"),
    // "Broker busy" is refused early by default: after 200 ms in a queue of 10,000 requests.
    ("brokerFastFailureEnable", "false"),
    ("osPageCacheBusyTimeOutMills", "60000"),
    ("waitTimeMillsInSendQueue", "60000"),
    ("waitTimeMillsInPullQueue", "60000"),
    ("waitTimeMillsInTransactionQueue", "60000"),
    ("sendThreadPoolQueueCapacity", "200000"),
    ("pullThreadPoolQueueCapacity", "200000"),
    ("useReentrantLockWhenPutMessage", "true"),
    // 10 s is the shortest that is allowed.
    ("registerNameServerPeriod", "10000"),
    // Decided half messages are else checked again when the check's time-out is short.
    ("transactionOpBatchInterval", "200"),
    // Check-backs come as soon as a message's own CheckImmunityTimeInSeconds are over.
    ("transactionTimeOut", "1000"),
    ("transactionCheckInterval", "1000"),
    ("flushConsumerOffsetInterval", "1000"),
    ("brokerClusterName", "DefaultCluster"),
];

/// What the tool decides itself, since it has to find the broker again.
const OWN_KEYS: [&str; 10] = [
    "bindAddress",
    "brokerIP1",
    "brokerIP2",
    "brokerId",
    "brokerName",
    "haListenPort",
    "listenPort",
    "namesrvAddr",
    "storePathCommitLog",
    "storePathRootDir",
];

/// Makes the home of a server or of the admin tool.
pub(super) fn write_home(home: &Path, acl: bool) -> Result<(), Error> {
    let conf = home.join("conf");
    for folder in [&conf, &home.join("tmp")] {
        fs::create_dir_all(folder).map_err(Error::io(format!("create {}", folder.display())))?;
    }
    for name in LOGBACK_FILES {
        write(&conf.join(name), LOGBACK)?;
    }
    if acl {
        write(&conf.join("plain_acl.yml"), &acl::plain_acl())?;
        write(&conf.join("tools.yml"), &acl::tools())?;
    }
    Ok(())
}

/// Writes what the name server in `home` reads.
pub(super) fn write_namesrv_conf(home: &Path, port: u16) -> Result<(), Error> {
    let text = format!("listenPort={port}\nbindAddress=127.0.0.1\n");
    write(&home.join(SERVER_CONF), &text)
}

/// Writes what the broker in `home` reads.
pub(super) fn write_broker_conf(
    home: &Path,
    name: &str,
    port: u16,
    namesrv_addr: &str,
    options: &Options,
) -> Result<(), Error> {
    let store = home.join("store");
    let mut properties: BTreeMap<&str, String> = FOR_TESTS
        .iter()
        .map(|(key, value)| (*key, (*value).to_owned()))
        .collect();
    if options.acl {
        properties.extend(acl_properties(options.version));
    }
    properties.extend(
        options
            .broker_config
            .iter()
            .map(|(k, v)| (k.as_str(), v.clone())),
    );
    properties.extend([
        ("bindAddress", "127.0.0.1".to_owned()),
        ("brokerIP1", "127.0.0.1".to_owned()),
        ("brokerIP2", "127.0.0.1".to_owned()),
        ("brokerName", name.to_owned()),
        ("listenPort", port.to_string()),
        ("namesrvAddr", namesrv_addr.to_owned()),
        (
            "storePathCommitLog",
            store.join("commitlog").display().to_string(),
        ),
        ("storePathRootDir", store.display().to_string()),
    ]);
    write(&home.join(SERVER_CONF), &render(&properties))
}

/// Refuses a property that the tool sets itself.
pub(super) fn check_broker_key(key: &str) -> Result<(), Error> {
    if OWN_KEYS.contains(&key) {
        return Err(Error::Usage(format!(
            "`{key}` cannot be set: the tool chooses it"
        )));
    }
    Ok(())
}

fn acl_properties(version: Version) -> Vec<(&'static str, String)> {
    match version {
        Version::V4_9_7 => vec![("aclEnable", "true".to_owned())],
        Version::V5_3_3 => acl::acl2_properties(),
    }
}

/// A Java properties file, in which a backslash escapes.
fn render(properties: &BTreeMap<&str, String>) -> String {
    let mut text = String::new();
    for (key, value) in properties {
        let _ = writeln!(text, "{key}={}", value.replace('\\', "\\\\"));
    }
    text
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::io(format!("write {}", path.display())))
}
