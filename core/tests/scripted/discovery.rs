//! Name servers that an address server tells.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use onsmq::{Client, Config, ErrorKind, Message};
use onsmq_proto::codec::RequestCode;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::certificates::Authority;
use crate::peer::{Peer, TOPIC, stored};

/// A server of HTTP that gives its answers in turn, the last one for ever.
struct AddressServer {
    url: String,
    requests: mpsc::UnboundedReceiver<String>,
    answers: Arc<parking_lot::Mutex<VecDeque<(u16, String)>>>,
}

impl AddressServer {
    async fn start<T: Into<String>>(answers: impl IntoIterator<Item = (u16, T)>) -> Self {
        Self::listen(answers, None).await
    }

    async fn listen<T: Into<String>>(
        answers: impl IntoIterator<Item = (u16, T)>,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (sender, requests) = mpsc::unbounded_channel();
        let answers = answers.into_iter().map(|(code, text)| (code, text.into()));
        let answers = Arc::new(parking_lot::Mutex::new(answers.collect::<VecDeque<_>>()));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let given = Arc::clone(&answers);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let next = || {
                    let mut answers = given.lock();
                    match answers.len() {
                        0 | 1 => answers.front().cloned(),
                        _ => answers.pop_front(),
                    }
                };
                let answer = next().expect("an answer");
                match &tls {
                    None => serve(stream, answer, &sender).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, answer, &sender).await;
                        }
                    }
                }
            }
        });
        Self {
            url: format!("{scheme}://{address}/rocketmq/nsaddr?env=a%20b"),
            requests,
            answers,
        }
    }

    fn config(&self) -> Config {
        Config::new()
            .set("ONSAddr", &self.url)
            .set("GROUP_ID", "GID_told")
    }

    fn now_answers(&self, code: u16, text: &str) {
        *self.answers.lock() = [(code, text.to_owned())].into();
    }

    /// Waits until it is asked.
    async fn asked(&mut self) -> String {
        self.requests.recv().await.expect("a server")
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    (code, text): (u16, String),
    requests: &mpsc::UnboundedSender<String>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let length = text.len();
    let answer = format!(
        "HTTP/1.1 {code} Told\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    );
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
    let head = String::from_utf8_lossy(&head);
    let _ = requests.send(head.lines().next().unwrap_or_default().to_owned());
}

/// A new topic's route is asked for at this peer.
async fn sends_through(peer: &mut Peer, config: &Config) {
    let producer = peer.producer_of(config).await;
    let sent = tokio::spawn(producer.send(Message::new(TOPIC, "body")));
    let request = peer.expect(RequestCode::SEND_MESSAGE_V2).await;
    request.reply(stored("0", "7")).await;
    sent.await.expect("a task").expect("stored");
    producer.shutdown().await;
}

#[tokio::test]
async fn name_servers_are_those_that_the_address_server_tells() {
    let mut peer = Peer::start().await;
    let told = format!("\n {} ;\r\n", peer.address);
    let mut server = AddressServer::start([(500, ""), (200, &told)]).await;
    sends_through(&mut peer, &server.config()).await;
    // At first it failed.
    for _ in 0..2 {
        assert_eq!(
            server.asked().await,
            "GET /rocketmq/nsaddr?env=a%20b HTTP/1.1"
        );
    }
}

#[tokio::test]
async fn an_address_server_may_be_one_of_https() {
    let authority = Authority::new();
    let mut peer = Peer::start().await;
    let tls = authority.issue(&["127.0.0.1"]).server();
    let server = AddressServer::listen([(200, &peer.address)], Some(tls)).await;
    let config = server.config();
    let trusting = config
        .clone()
        .set("tls.client.trustCertPath", &authority.file());
    sends_through(&mut peer, &trusting).await;
    let stranger = Authority::new();
    let strange = config.set("tls.client.trustCertPath", &stranger.file());
    let producer = Client::new().producer(&strange).expect("a producer");
    let error = producer.start().await.expect_err("not trusted");
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert!(
        error.message().contains("tls.client.trustCertPath"),
        "{error}"
    );
}

#[tokio::test]
async fn an_address_server_that_does_not_tell_is_said_so() {
    let page = "<!DOCTYPE html><html>Sign in: example.com:80</html>";
    let mut configs = Vec::new();
    for (code, answer, words) in [
        (404, "a:1", "404 Not Found: check the path"),
        (500, "a:1", "500 Internal Server Error"),
        (200, " \r\n", "is empty"),
        (200, "nothing here", "`nothing here` is not host:port"),
        (200, page, "a web page"),
    ] {
        let server = AddressServer::start([(code, answer)]).await;
        configs.push((server.config(), words));
    }
    let refused = Config::new()
        .set("ONSAddr", "http://user:hush@127.0.0.1:1/x")
        .set("GROUP_ID", "GID_told");
    configs.push((refused, "refused"));
    join_all(configs.iter().map(|(config, words)| async move {
        let producer = Client::new().producer(config).expect("a producer");
        let consumer = Client::new().consumer(config).expect("a consumer");
        for started in [producer.start().await, consumer.start().await] {
            let error = started.expect_err(words);
            assert_eq!(error.kind(), ErrorKind::NameServerUnreachable, "{error}");
            let text = format!("{error} {error:?}");
            assert!(
                text.contains(words) && text.contains("ONSAddr"),
                "no `{words}`: {text}"
            );
            assert!(!text.contains("hush"), "{text}");
        }
        assert!(!producer.is_started() && !consumer.is_started());
    }))
    .await;
}

#[tokio::test]
async fn a_start_that_failed_may_be_tried_again() {
    let mut peer = Peer::start().await;
    let server = AddressServer::start([(404, "")]).await;
    let producer = Client::new().producer(&server.config()).expect("one");
    producer.start().await.expect_err("not told");
    server.now_answers(200, &peer.address);
    producer.start().await.expect("told now");
    let sent = tokio::spawn(producer.send(Message::new(TOPIC, "body")));
    let request = peer.expect(RequestCode::SEND_MESSAGE_V2).await;
    request.reply(stored("0", "7")).await;
    sent.await.expect("a task").expect("stored");
}

/// While it lives, paused time goes on only where it is told to: else each wait for a socket would
/// end it.
struct Hold(#[allow(dead_code, reason = "its end is what counts")] std::sync::mpsc::Sender<()>);

fn hold_time() -> Hold {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    tokio::task::spawn_blocking(move || receiver.recv().is_err());
    tokio::time::pause();
    Hold(sender)
}

#[tokio::test]
async fn the_list_is_asked_for_again_and_what_is_new_counts() {
    let _hold = hold_time();
    let (mut first, mut second) = (Peer::start().await, Peer::start().await);
    let mut server = AddressServer::start([(200, &first.address)]).await;
    let client = Client::new();
    let producer = client.producer(&server.config()).expect("a producer");
    producer.start().await.expect("started");
    server.asked().await;
    let send = |topic: &str| tokio::spawn(producer.send(Message::new(topic, "body")));
    let sent = send("one");
    let request = first.expect(RequestCode::SEND_MESSAGE_V2).await;
    request.reply(stored("0", "1")).await;
    sent.await.expect("a task").expect("stored");

    server.now_answers(200, &second.address);
    tokio::time::advance(Duration::from_millis(10_001)).await;
    server.asked().await;
    // A new topic's route is asked of the new one, which tells of itself only.
    let mut topics = 0;
    let sent = loop {
        topics += 1;
        let sent = send(&format!("new-{topics}"));
        let answers = tokio::select! {
            request = first.expect(RequestCode::SEND_MESSAGE_V2) => (request, false),
            request = second.expect(RequestCode::SEND_MESSAGE_V2) => (request, true),
        };
        answers.0.reply(stored("0", "2")).await;
        if answers.1 {
            break sent;
        }
        sent.await.expect("a task").expect("stored");
    };
    sent.await.expect("a task").expect("stored");

    // What fails leaves the list as it is.
    for answer in [(500, ""), (200, "<html>"), (200, "")] {
        server.now_answers(answer.0, answer.1);
        tokio::time::advance(Duration::from_millis(90_001)).await;
        server.asked().await;
        let sent = send(&format!("topic-{}", answer.1.len()));
        let request = second.expect(RequestCode::SEND_MESSAGE_V2).await;
        request.reply(stored("0", "3")).await;
        sent.await.expect("a task").expect("stored");
    }
    assert!(server.requests.try_recv().is_err(), "asked too often");
}

#[tokio::test]
async fn a_second_start_waits_for_the_first() {
    let mut peer = Peer::start().await;
    // The first look-up is answered late: by then the second start is under way.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("its address"));
    let config = Config::new()
        .set("ONSAddr", &url)
        .set("GROUP_ID", "GID_told");
    let producer = Arc::new(Client::new().producer(&config).expect("a producer"));
    let start = |producer: &Arc<onsmq::Producer>| {
        let producer = Arc::clone(producer);
        tokio::spawn(async move { producer.start().await })
    };
    let first = start(&producer);
    let (stream, _) = listener.accept().await.expect("a look-up");
    let second = start(&producer);
    tokio::task::yield_now().await;
    assert!(!second.is_finished());
    let (sender, _requests) = mpsc::unbounded_channel();
    serve(stream, (200, peer.address.clone()), &sender).await;
    first.await.expect("no panic").expect("started");
    second.await.expect("no panic").expect("started");
    let sent = tokio::spawn(producer.send(Message::new(TOPIC, "body")));
    let request = peer.expect(RequestCode::SEND_MESSAGE_V2).await;
    request.reply(stored("0", "1")).await;
    sent.await.expect("no panic").expect("stored");
}
