//! A client that says exactly what it is told to, and the requests that tests make of it.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use onsmq_devserver::{Builder, DevServer};
use onsmq_proto::body::{
    ConsumeFromWhere, ConsumeType, ConsumerData, HeartbeatData, MessageModel, ProducerData,
    TopicRouteData,
};
use onsmq_proto::codec::{
    Command, ExtFields, FieldText, Frame, RequestCode, ResponseCode, Serialization,
};
use onsmq_proto::message::{StoredMessage, StoredMessages};
use onsmq_proto::subscription::SubscriptionData;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Long enough for anything that is to happen at all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn start(builder: Builder) -> DevServer {
    builder.start().await.expect("a server")
}

pub(crate) fn fields<const N: usize>(all: [(&str, &str); N]) -> ExtFields {
    let mut fields = ExtFields::new();
    for (name, value) in all {
        fields.push(name, value);
    }
    fields
}

/// Adds or replaces a field.
pub(crate) fn with(fields: &ExtFields, name: &str, value: impl FieldText) -> ExtFields {
    let mut changed = ExtFields::new();
    for (it, old) in fields.iter().filter(|(it, _)| *it != name) {
        changed.push(it, old);
    }
    changed.push(name, value);
    changed
}

pub(crate) struct Client {
    socket: TcpStream,
    incoming: BytesMut,
    opaque: i32,
    pub(crate) serialization: Serialization,
}

impl Client {
    pub(crate) async fn connect(address: &str) -> Self {
        Self {
            socket: TcpStream::connect(address).await.expect("a connection"),
            incoming: BytesMut::new(),
            opaque: 0,
            serialization: Serialization::Json,
        }
    }

    /// To the only broker of a server.
    pub(crate) async fn of(server: &DevServer) -> Self {
        Self::connect(&broker_address(server).await).await
    }

    pub(crate) async fn write(&mut self, raw: &[u8]) {
        self.socket.write_all(raw).await.expect("written");
    }

    /// Writes a request, and gives its opaque.
    pub(crate) async fn ask(&mut self, mut request: Command) -> i32 {
        self.opaque += 1;
        request.opaque = self.opaque;
        let mut raw = BytesMut::new();
        request.encode(self.serialization, &mut raw).expect("short");
        self.write(&raw).await;
        self.opaque
    }

    /// The next command of the server; `None` where it closed the connection.
    pub(crate) async fn next(&mut self) -> Option<Command> {
        loop {
            let frame = Frame::decode(&mut self.incoming, usize::MAX).expect("a frame");
            if let Some(frame) = frame {
                assert_eq!(frame.serialization, Serialization::Json, "as 5.3.3 answers");
                return Some(Command::decode(frame).expect("a command"));
            }
            let read = self.socket.read_buf(&mut self.incoming);
            let read = tokio::time::timeout(PATIENCE, read).await.expect("in time");
            if read.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    /// So many bytes, whatever they are.
    pub(crate) async fn raw(&mut self, length: usize) -> Vec<u8> {
        let mut raw = vec![0; length];
        let read = self.socket.read_exact(&mut raw);
        let read = tokio::time::timeout(PATIENCE, read).await;
        read.expect("in time").expect("so many");
        raw
    }

    /// Whether nothing comes for a while, and the connection stays open.
    pub(crate) async fn is_silent(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.socket.read_u8())
            .await
            .is_err()
    }

    /// The next answer; requests of the server's before it are passed over.
    pub(crate) async fn answer(&mut self, opaque: i32) -> Command {
        loop {
            let command = self.next().await.expect("an answer");
            if command.is_response() {
                assert_eq!(command.opaque, opaque);
                assert_eq!(command.version, 479);
                return command;
            }
        }
    }

    pub(crate) async fn call(
        &mut self,
        code: RequestCode,
        fields: ExtFields,
        body: &[u8],
    ) -> Command {
        let request = Command::request(code, fields, Bytes::copy_from_slice(body));
        let opaque = self.ask(request).await;
        self.answer(opaque).await
    }

    /// A call that succeeds.
    pub(crate) async fn done(
        &mut self,
        code: RequestCode,
        fields: ExtFields,
        body: &[u8],
    ) -> Command {
        let answer = self.call(code, fields, body).await;
        let (code, remark) = (answer.response_code(), answer.remark.as_deref());
        assert_eq!(code, ResponseCode::SUCCESS, "{remark:?}");
        answer
    }

    pub(crate) async fn send(&mut self, topic: &str, properties: &str, body: &str) -> Command {
        let fields = with(&send_fields(topic, 0), "i", properties);
        let code = RequestCode::SEND_MESSAGE_V2;
        self.done(code, fields, body.as_bytes()).await
    }

    pub(crate) async fn heartbeat(&mut self, heartbeat: &HeartbeatData) {
        let body = heartbeat.encode().expect("JSON");
        let answer = self
            .done(RequestCode::HEART_BEAT, ExtFields::new(), &body)
            .await;
        assert_eq!(answer.fields.get("IS_SUB_CHANGE"), Some("true"));
    }

    /// What a pull without waiting gets.
    pub(crate) async fn pull(&mut self, topic: &str, offset: i64) -> Command {
        let fields = pull_fields("g", topic, offset);
        self.call(RequestCode::PULL_MESSAGE, fields, &[]).await
    }

    /// The messages of a queue 0 from an offset on, waited for if there are none yet.
    pub(crate) async fn messages(&mut self, topic: &str, offset: i64) -> Vec<StoredMessage> {
        let fields = with(&pull_fields("g", topic, offset), "sysFlag", 6);
        let answer = self.done(RequestCode::PULL_MESSAGE, fields, &[]).await;
        decode(&answer)
    }
}

pub(crate) fn decode(answer: &Command) -> Vec<StoredMessage> {
    StoredMessages::new(answer.body.clone())
        .map(|message| message.expect("a message"))
        .collect()
}

pub(crate) fn bodies(answer: &Command) -> Vec<String> {
    let text = |message: StoredMessage| String::from_utf8_lossy(message.body()).into_owned();
    decode(answer).into_iter().map(text).collect()
}

pub(crate) async fn route(server: &DevServer, topic: &str) -> Command {
    let mut client = Client::connect(&server.namesrv_addr()).await;
    let code = RequestCode::GET_ROUTEINFO_BY_TOPIC;
    client.call(code, fields([("topic", topic)]), &[]).await
}

pub(crate) async fn broker_address(server: &DevServer) -> String {
    let answer = route(server, "SCHEDULE_TOPIC_XXXX").await;
    let route = TopicRouteData::decode(&answer.body).expect("a route");
    route.master("broker-a").expect("a master").to_owned()
}

/// SEND_MESSAGE_V2 as clients send it.
pub(crate) fn send_fields(topic: &str, queue: i32) -> ExtFields {
    let fields = fields([
        ("a", "p"),
        ("b", topic),
        ("c", "TBW102"),
        ("d", "4"),
        ("f", "0"),
        ("g", "1795426379921"),
        ("h", "0"),
        ("i", ""),
        ("j", "0"),
        ("k", "false"),
        ("m", "false"),
    ]);
    with(&fields, "e", queue)
}

/// A pull of queue 0 that does not wait and brings its subscription along.
pub(crate) fn pull_fields(group: &str, topic: &str, offset: i64) -> ExtFields {
    let fields = fields([
        ("consumerGroup", group),
        ("topic", topic),
        ("queueId", "0"),
        ("maxMsgNums", "32"),
        ("sysFlag", "4"),
        ("commitOffset", "0"),
        ("suspendTimeoutMillis", "15000"),
        ("subVersion", "0"),
        ("subscription", "*"),
        ("expressionType", "TAG"),
    ]);
    with(&fields, "queueOffset", offset)
}

/// A client with one consumer group.
pub(crate) fn consumer(client: &str, group: &str, subscriptions: &[(&str, &str)]) -> HeartbeatData {
    let subscription =
        |(topic, tags): &(&str, &str)| SubscriptionData::tags(topic, tags, 1).expect("tags");
    HeartbeatData {
        client_id: client.to_owned(),
        producer_data_set: vec![ProducerData {
            group_name: "p".to_owned(),
        }],
        consumer_data_set: vec![ConsumerData {
            group_name: group.to_owned(),
            consume_type: ConsumeType::ConsumePassively,
            message_model: MessageModel::Clustering,
            consume_from_where: ConsumeFromWhere::ConsumeFromLastOffset,
            subscription_data_set: subscriptions.iter().map(subscription).collect(),
            unit_mode: false,
        }],
    }
}

/// A property string.
pub(crate) fn properties<const N: usize>(all: [(&str, &str); N]) -> String {
    all.map(|(name, value)| format!("{name}\u{1}{value}\u{2}"))
        .concat()
}
