//! A name server and broker in one that does as it is told.
//!
//! It answers routes by itself; all else waits for the test, which [expects](Peer::expect) it and
//! answers.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use onsmq::{Client, Config, Consumer, Producer};
use onsmq_proto::body::{BrokerData, QueueData, TopicRouteData};
use onsmq_proto::codec::{
    Command, DEFAULT_MAX_FRAME, ExtFields, Frame, RequestCode, ResponseCode, Serialization,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio_rustls::TlsAcceptor;

pub(crate) const TOPIC: &str = "scripted";
pub(crate) const GROUP: &str = "GID_scripted";
const LIMIT: Duration = Duration::from_secs(10);

type Writer = Arc<Mutex<Box<dyn AsyncWrite + Send + Unpin>>>;

pub(crate) struct Peer {
    pub(crate) address: String,
    requests: mpsc::UnboundedReceiver<Request>,
    /// What came while something else was expected.
    waiting: VecDeque<Request>,
}

/// A request that waits for its answer.
pub(crate) struct Request {
    pub(crate) command: Command,
    /// How its header was written.
    pub(crate) serialization: Serialization,
    writer: Writer,
}

impl Request {
    fn is(&self, code: RequestCode) -> bool {
        !self.command.is_response() && self.command.request_code() == code
    }

    pub(crate) fn field(&self, name: &str) -> &str {
        self.command.fields.get(name).unwrap_or_default()
    }

    pub(crate) async fn reply_in(&self, serialization: Serialization, mut answer: Command) {
        answer.opaque = self.command.opaque;
        write(&self.writer, serialization, &answer).await;
    }

    pub(crate) async fn reply(&self, answer: Command) {
        self.reply_in(Serialization::Json, answer).await;
    }

    pub(crate) async fn raw(&self, bytes: &[u8]) {
        self.writer
            .lock()
            .await
            .write_all(bytes)
            .await
            .expect("a peer that reads");
    }

    pub(crate) async fn hang_up(&self) {
        self.writer.lock().await.shutdown().await.expect("a socket");
    }

    /// Asks something of the client, on the connection that this request came by.
    pub(crate) async fn ask(&self, request: &Command) {
        write(&self.writer, Serialization::Json, request).await;
    }
}

async fn write(writer: &Writer, serialization: Serialization, command: &Command) {
    let mut buf = BytesMut::new();
    command.encode(serialization, &mut buf).expect("it fits");
    let mut writer = writer.lock().await;
    // The client may have gone.
    if writer.write_all(&buf).await.is_ok() {
        let _ = writer.flush().await;
    }
}

pub(crate) fn answer(code: ResponseCode, remark: &str) -> Command {
    let mut answer = Command::response(code, 0);
    answer.remark = (!remark.is_empty()).then(|| remark.to_owned());
    answer
}

pub(crate) fn with_fields(mut answer: Command, fields: &[(&str, &str)]) -> Command {
    for (name, value) in fields {
        answer.fields.push(name, *value);
    }
    answer
}

pub(crate) fn stored(queue_id: &str, offset: &str) -> Command {
    with_fields(
        answer(ResponseCode::SUCCESS, ""),
        &[
            ("msgId", "7F00000100002A9F0000000000000000"),
            ("queueId", queue_id),
            ("queueOffset", offset),
        ],
    )
}

impl Peer {
    pub(crate) async fn start() -> Self {
        Self::start_with(2, &[]).await
    }

    /// A peer that takes TLS only.
    pub(crate) async fn start_secure(tls: TlsAcceptor) -> Self {
        Self::listen(2, &[], Some(tls)).await
    }

    /// A peer whose route has so many queues here, and as many at each of some other addresses.
    pub(crate) async fn start_with(queues: u32, others: &[&str]) -> Self {
        Self::listen(queues, others, None).await
    }

    async fn listen(queues: u32, others: &[&str], tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address").to_string();
        let mut brokers = vec![address.clone()];
        brokers.extend(others.iter().map(|&it| it.to_owned()));
        let route = serde_json::to_vec(&route(queues, &brokers)).expect("a route");
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (route, sender) = (route.clone().into(), sender.clone());
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, route, sender).await,
                        // Where that fails, the client tells of it.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, route, sender).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            requests,
            waiting: VecDeque::new(),
        }
    }

    pub(crate) fn config(&self) -> Config {
        Config::new()
            .set("NAMESRV_ADDR", &self.address)
            .set("GROUP_ID", GROUP)
    }

    pub(crate) async fn producer(&self) -> Arc<Producer> {
        self.producer_of(&self.config()).await
    }

    pub(crate) async fn producer_of(&self, config: &Config) -> Arc<Producer> {
        let producer = Client::new().producer(config).expect("a producer");
        producer.start().await.expect("started");
        Arc::new(producer)
    }

    pub(crate) fn consumer(&self, properties: &[(&str, &str)]) -> Consumer {
        let set = |config: Config, (key, value): &(&str, &str)| config.set(key, value);
        let config = properties.iter().fold(self.config(), set);
        Client::new().consumer(&config).expect("a consumer")
    }

    /// Waits for a request with this code; others are kept for later.
    pub(crate) async fn expect(&mut self, code: RequestCode) -> Request {
        if let Some(at) = self.waiting.iter().position(|it| it.is(code)) {
            return self.waiting.remove(at).expect("it is there");
        }
        loop {
            let next = tokio::time::timeout(LIMIT, self.requests.recv()).await;
            let request = next
                .unwrap_or_else(|_| panic!("no {code} came"))
                .expect("a server");
            if request.is(code) {
                return request;
            }
            self.waiting.push_back(request);
        }
    }

    /// Waits for the client's answer to a request of this peer's own.
    pub(crate) async fn expect_answer(&mut self, opaque: i32) -> Command {
        let is_it = |it: &Request| it.command.is_response() && it.command.opaque == opaque;
        if let Some(at) = self.waiting.iter().position(is_it) {
            return self.waiting.remove(at).expect("it is there").command;
        }
        loop {
            let next = tokio::time::timeout(LIMIT, self.requests.recv()).await;
            let next = next.unwrap_or_else(|_| panic!("no answer to {opaque} came"));
            let request = next.expect("a server");
            if is_it(&request) {
                return request.command;
            }
            self.waiting.push_back(request);
        }
    }

    /// Whether no request with this code has come so far.
    pub(crate) fn has_none(&mut self, code: RequestCode) -> bool {
        while let Ok(request) = self.requests.try_recv() {
            self.waiting.push_back(request);
        }
        !self.waiting.iter().any(|it| it.is(code))
    }
}

fn route(queues: u32, addresses: &[String]) -> TopicRouteData {
    let name = |at: usize| format!("broker-{}", char::from(b'a' + at as u8));
    TopicRouteData {
        order_topic_conf: None,
        broker_datas: addresses
            .iter()
            .enumerate()
            .map(|(at, address)| BrokerData {
                cluster: "scripted".to_owned(),
                broker_name: name(at),
                broker_addrs: [(0, address.clone())].into(),
            })
            .collect(),
        queue_datas: (0..addresses.len())
            .map(|at| QueueData {
                broker_name: name(at),
                read_queue_nums: queues,
                write_queue_nums: queues,
                perm: 6,
                topic_sys_flag: 0,
            })
            .collect(),
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    route: Bytes,
    requests: mpsc::UnboundedSender<Request>,
) {
    let (mut reader, writer) = tokio::io::split(stream);
    let writer: Writer = Arc::new(Mutex::new(Box::new(writer)));
    let mut buf = BytesMut::new();
    loop {
        while let Some(frame) = Frame::decode(&mut buf, DEFAULT_MAX_FRAME).expect("a frame") {
            let serialization = frame.serialization;
            let command = Command::decode(frame).expect("a command");
            let request = Request {
                command,
                serialization,
                writer: Arc::clone(&writer),
            };
            match own_answer(&request.command, &route) {
                Some(answer) => request.reply(answer).await,
                None => drop(requests.send(request)),
            }
        }
        match reader.read_buf(&mut buf).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// What the peer answers without being told.
fn own_answer(command: &Command, route: &Bytes) -> Option<Command> {
    if command.is_response() {
        return None;
    }
    match command.request_code() {
        RequestCode::GET_ROUTEINFO_BY_TOPIC => {
            let topic = command.fields.get("topic").unwrap_or_default();
            if topic.starts_with("%RETRY%") {
                return Some(answer(ResponseCode::TOPIC_NOT_EXIST, "no such topic"));
            }
            let mut answer = answer(ResponseCode::SUCCESS, "");
            answer.body = route.clone();
            Some(answer)
        }
        RequestCode::UNREGISTER_CLIENT if command.fields.get("producerGroup").is_some() => {
            Some(answer(ResponseCode::SUCCESS, ""))
        }
        _ => None,
    }
}

/// A server's own request.
pub(crate) fn request(code: RequestCode, fields: &[(&str, &str)]) -> Command {
    let mut ext = ExtFields::new();
    for (name, value) in fields {
        ext.push(name, *value);
    }
    let mut command = Command::request(code, ext, Bytes::new());
    command.opaque = 4711;
    command
}
