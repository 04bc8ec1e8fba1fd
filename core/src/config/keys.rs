//! The one table of properties: names, defaults, ranges and texts. The parser, the errors and
//! `docs/configuration.md` all come from it.

use super::local_time;

/// What a property takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Any text that is not empty.
    Text,
    /// Text that is never shown.
    Secret,
    /// A whole number within bounds, both included.
    Number {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// `true` or `false`.
    Bool,
    /// One of a few words, in any case.
    Choice(&'static [&'static str]),
    /// The name of a group: what a topic's name may hold.
    Name,
    /// `host:port`, several between `;`.
    Addresses,
    /// The address of something that answers over HTTP or HTTPS.
    Url,
    /// `yyyyMMddHHmmss`, local time.
    LocalTime,
}

/// A property.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// Its name. Names are matched without regard to case and separators.
    pub key: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it is when it is not given; none where that is decided otherwise.
    pub default: Option<&'static str>,
    /// What it is for.
    pub doc: &'static str,
}

macro_rules! properties {
    ($($name:ident = $key:literal, $kind:expr, $default:expr, $doc:literal;)*) => {
        $(pub(crate) const $name: &str = $key;)*

        /// Every property.
        pub const PROPERTIES: &[Property] = &[
            $(Property { key: $key, kind: $kind, default: $default, doc: $doc },)*
        ];
    };
}

const fn number(min: i64, max: i64) -> Kind {
    Kind::Number { min, max }
}

const MINUTE_MS: i64 = 60_000;

properties! {
    NAMESRV_ADDR = "NAMESRV_ADDR", Kind::Addresses, None,
        "Name servers, `host:port` between `;`. Wins over ONSAddr; without both, the environment variable NAMESRV_ADDR.";
    ONS_ADDR = "ONSAddr", Kind::Url, None,
        "Address server: what it answers to a GET of just this URL are the name servers, `host:port` between `;`. Asked at start, again after 10 s, then every 90 s; what it answered last stays while it fails. Proxies are those of the environment.";
    ACCESS_KEY = "AccessKey", Kind::Text, None,
        "Account that signs every request. Both AccessKey and SecretKey, or neither for a cluster without access control.";
    SECRET_KEY = "SecretKey", Kind::Secret, None,
        "What requests are signed with. Never sent, never shown.";
    SECURITY_TOKEN = "SecurityToken", Kind::Secret, None,
        "STS token, sent and signed when set.";
    ONS_CHANNEL = "OnsChannel", Kind::Choice(&["ALIYUN", "CLOUD"]), Some("ALIYUN"),
        "Sent and signed with the account.";
    GROUP_ID = "GROUP_ID", Kind::Name, None,
        "Group of a producer or consumer; wins over ProducerId and ConsumerId.";
    PRODUCER_ID = "ProducerId", Kind::Name, None,
        "Group of a producer. Without it, `__ONS_PRODUCER_DEFAULT_GROUP`.";
    CONSUMER_ID = "ConsumerId", Kind::Name, None,
        "Group of a consumer. A consumer needs it, or GROUP_ID.";
    INSTANCE_ID = "INSTANCE_ID", Kind::Name, None,
        "Namespace: topics and groups travel as `INSTANCE_ID%name`, the application sees `name`.";
    INSTANCE_NAME = "InstanceName", Kind::Text, None,
        "What follows the address in the client's id. Without it, one that no other client has.";
    TLS_ENABLE = "tls.enable", Kind::Bool, Some("false"),
        "TLS to name servers and brokers. The certificate of each has to hold the host or IP address that it is known by.";
    TLS_TRUST_CERT_PATH = "tls.client.trustCertPath", Kind::Text, None,
        "TLS: a PEM file of the authorities to trust, in place of the platform's. An ONSAddr of https is trusted by either.";
    TLS_CERT_PATH = "tls.client.certPath", Kind::Text, None,
        "TLS: a PEM file of this client's certificate and those that it was issued by, for servers that ask for one. With tls.client.keyPath.";
    TLS_KEY_PATH = "tls.client.keyPath", Kind::Text, None,
        "TLS: a PEM file of the private key, not encrypted, to tls.client.certPath.";
    TLS_SERVER_NAME = "tls.serverName", Kind::Text, None,
        "TLS: the host or IP address that the certificates of all name servers and brokers have to hold, in place of the one that each is known by.";
    TLS_INSECURE_SKIP_VERIFY = "tls.insecureSkipVerify", Kind::Bool, Some("false"),
        "TLS: DANGEROUS: takes any certificate of anybody, so that whoever is in between can read and change everything. For tests.";
    SEND_MSG_TIMEOUT_MILLIS = "SendMsgTimeoutMillis", number(1, 60 * MINUTE_MS), Some("3000"),
        "Milliseconds that one send may take, all of its retries included.";
    MAX_MESSAGE_SIZE = "MaxMessageSize", number(1, 16_000_000), Some("4194304"),
        "Most bytes in a body. A larger one than the broker takes is the broker's refusal.";
    COMPRESS_OVER = "compressMsgBodyOverHowmuch", number(1, i32::MAX as i64), Some("4096"),
        "Bodies of more bytes travel compressed, where that makes them smaller. 2147483647: none do.";
    COMPRESS_TYPE = "CompressType", Kind::Choice(&["ZLIB", "LZ4", "ZSTD"]), Some("ZLIB"),
        "What bodies are compressed with. Every consumer reads ZLIB; the vendor's and those before RocketMQ 4.9.4 nothing else.";
    COMPRESS_LEVEL = "CompressLevel", number(0, 9), Some("5"),
        "Level of ZLIB: 1 is fast, 9 small.";
    MSG_TRACE_SWITCH = "MsgTraceSwitch", Kind::Bool, None,
        "Whether sends, deliveries and outcomes are recorded for consoles (message trace). Without it, only at brokers of the vendor, in their regions' topics; `true`: at Apache's too, in RMQ_SYS_TRACE_TOPIC.";
    CUSTOMIZED_TRACE_TOPIC = "customizedTraceTopic", Kind::Name, None,
        "The topic of message trace, instead of those; it is to exist.";
    AUTO_BATCH = "autoBatch", Kind::Bool, Some("true"),
        "Whether sends that wait for the answer to others leave together, as one request. None waits for others to come; each has a result of its own. Ordered, timed and transactional messages always go alone.";
    BATCH_MAX_BYTES = "batchMaxBytes", number(1, 4_194_304), Some("131072"),
        "Most bytes of messages that leave as one request.";
    SEND_BUFFER_MAX_BYTES = "SendBufferMaxBytes", number(65_536, 1 << 30), Some("33554432"),
        "Bytes of messages that a producer holds until brokers have stored them.";
    SEND_BUFFER_MAX_MESSAGES = "SendBufferMaxMessages", number(1, 10_000_000), Some("32768"),
        "Messages that a producer holds until brokers have stored them.";
    SEND_BUFFER_FULL = "SendBufferFull", Kind::Choice(&["WAIT", "FAIL", "QUEUE"]), Some("WAIT"),
        "What a send does while the producer holds as much as it may: it waits until there is room, for SendMsgTimeoutMillis at most; or fails at once. QUEUE, for event loops: asynchronous sends do not block, and wait outside of the buffer, which then bounds nothing.";
    VIP_CHANNEL = "isVipChannelEnabled", Kind::Bool, Some("false"),
        "Whether sends go to a port of the brokers that is for sends alone, two below their usual one.";
    TIMED_FALLBACK = "TimedMessageFallback", Kind::Choice(&["EXACT", "NEAREST"]), Some("EXACT"),
        "At a broker without timers (4.x): whether a timed message goes out only where its delay is just that of a delay level, or with the nearest level.";
    CHECK_IMMUNITY_TIME = "CheckImmunityTimeInSeconds", number(1, 86_400), Some("30"),
        "Transactions: seconds before the broker asks for the outcome of a half message.";
    MESSAGE_MODEL = "MessageModel", Kind::Choice(&["CLUSTERING", "BROADCASTING"]), Some("CLUSTERING"),
        "Whether the members of a group share the messages, or each get all.";
    CONSUME_THREAD_NUMS = "ConsumeThreadNums", number(1, 1000), Some("64"),
        "Most listener calls that run at once.";
    MAX_RECONSUME_TIMES = "MaxReconsumeTimes", number(0, 1_000_000), Some("16"),
        "Deliveries after the first before a message goes to the group's dead-letter topic.";
    CONSUME_TIMEOUT = "ConsumeTimeout", number(1, 10_080), Some("15"),
        "Minutes that a listener may take over a message before it counts as failed and comes again. Not for ordered consumers.";
    SUSPEND_TIME_MILLIS = "suspendTimeMillis", number(10, 30_000), Some("3000"),
        "Ordered consumers: milliseconds that a queue pauses after a failure.";
    CONSUME_MESSAGE_BATCH_MAX_SIZE = "ConsumeMessageBatchMaxSize", number(1, 32), Some("1"),
        "Batch consumers: most messages of one call; fewer may come.";
    LOCAL_OFFSET_STORE_DIR = "LocalOffsetStoreDir", Kind::Text, None,
        "BROADCASTING: the folder of the files that offsets are kept in. Without it, `.onsmq/offsets` in the home folder.";
    MAX_CACHED_MESSAGE_AMOUNT = "maxCachedMessageAmount", number(100, 50_000), Some("5000"),
        "Messages that a consumer holds, over all of its topics.";
    MAX_CACHED_MESSAGE_SIZE = "maxCachedMessageSizeInMiB", number(16, 2048), Some("512"),
        "MiB of messages that a consumer holds, over all of its topics.";
    PULL_BATCH_SIZE = "PullBatchSize", number(1, 1024), Some("32"),
        "Most messages of one pull. Brokers with stock settings give 32 at most.";
    CONSUME_FROM_WHERE = "ConsumeFromWhere",
        Kind::Choice(&["CONSUME_FROM_LAST_OFFSET", "CONSUME_FROM_FIRST_OFFSET", "CONSUME_FROM_TIMESTAMP"]),
        None,
        "Where a group that has no offset starts, as far as the broker tells that it has none. Without it, as Java's: at the end, but at the first message of young queues. CONSUME_FROM_LAST_OFFSET: at the end; in queues that come up while the consumer runs, at what is stored from its start on, by the clock of this machine.";
    CONSUME_TIMESTAMP = "ConsumeTimestamp", Kind::LocalTime, None,
        "With CONSUME_FROM_TIMESTAMP: the time to start from. Without it, half an hour before the consumer was made.";
    SHUTDOWN_TIMEOUT_MILLIS = "AwaitTerminationMillisWhenShutdown", number(0, 10 * MINUTE_MS), Some("30000"),
        "Milliseconds that shutdown waits for listener calls that are running.";
    ENDPOINT = "Endpoint", Kind::Url, None,
        "Open API: where the console is, `http://...` or `https://...`. Needed there, with AccessKey and SecretKey. Proxies are those of the environment; tls.client.trustCertPath and tls.insecureSkipVerify count for https.";
    REGION_ID = "RegionId", Kind::Text, Some("mq-private"),
        "Open API: the region that is asked about, one of `region/list`.";
    OPEN_API_TIMEOUT_MILLIS = "OpenApiTimeoutMillis", number(1, 10 * MINUTE_MS), Some("30000"),
        "Open API: milliseconds that one call may take, all retries of a read included. A write is never sent twice.";
    OPEN_API_CONNECT_TIMEOUT_MILLIS = "OpenApiConnectTimeoutMillis", number(1, 10 * MINUTE_MS), Some("3000"),
        "Open API: milliseconds that it may take to connect.";
}

impl Property {
    /// The property of a name, however it is spelled: case, `_`, `.` and `-` do not count, so
    /// that `send_msg_timeout_millis` and `sendMsgTimeoutMillis` are found as well.
    #[must_use]
    pub fn find(key: &str) -> Option<&'static Self> {
        let key = plain(key);
        PROPERTIES
            .iter()
            .find(|property| plain(property.key) == key)
    }

    /// What is allowed, in words.
    #[must_use]
    pub fn allowed(&self) -> String {
        match self.kind {
            Kind::Text | Kind::Secret => "text that is not empty".to_owned(),
            Kind::Number { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Bool => "true or false".to_owned(),
            Kind::Choice(words) => words.join(" or "),
            Kind::Name => "1 to 255 characters of a-z A-Z 0-9 - _".to_owned(),
            Kind::Addresses => "host:port, several between ;".to_owned(),
            Kind::Url => "http://... or https://...".to_owned(),
            Kind::LocalTime => "a time as yyyyMMddHHmmss".to_owned(),
        }
    }

    /// Whether a value is allowed.
    #[must_use]
    pub fn accepts(&self, value: &str) -> bool {
        self.kind.accepts(value)
    }
}

impl Kind {
    /// Whether a value is allowed.
    pub(super) fn accepts(self, value: &str) -> bool {
        match self {
            Self::Text | Self::Secret => !value.is_empty(),
            Self::Number { min, max } => value
                .parse()
                .is_ok_and(|number: i64| (min..=max).contains(&number)),
            Self::Bool => ["true", "false"]
                .iter()
                .any(|word| value.eq_ignore_ascii_case(word)),
            Self::Choice(words) => words.iter().any(|word| value.eq_ignore_ascii_case(word)),
            Self::Name => onsmq_proto::names::is_valid(value),
            Self::LocalTime => local_time::millis(value).is_some(),
            Self::Addresses => {
                let mut addresses = addresses(value).peekable();
                addresses.peek().is_some() && addresses.all(is_address)
            }
            Self::Url => reqwest::Url::parse(value)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()),
        }
    }
}

/// What counts of a property's name.
pub(super) fn plain(key: &str) -> String {
    key.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// The addresses between the semicolons, without the blanks around them.
pub(crate) fn addresses(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(';')
        .map(str::trim)
        .filter(|address| !address.is_empty())
}

/// An address splits at its last colon: an IPv6 one needs no brackets (`wire.md`, section 5).
pub(crate) fn is_address(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port != 0)
    })
}
