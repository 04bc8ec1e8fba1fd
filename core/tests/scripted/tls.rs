//! Secure connections, and what is said where none comes about.

use std::time::{Duration, Instant};

use onsmq::{Client, Config, Error, ErrorKind, Message};
use onsmq_proto::codec::RequestCode;
use rcgen::date_time_ymd;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::version::{TLS12, TLS13};

use crate::certificates::Authority;
use crate::peer::{Peer, TOPIC, stored};

const HERE: &[&str] = &["127.0.0.1"];

fn secure(config: Config, authority: &Authority) -> Config {
    config
        .set("tls.enable", "true")
        .set("tls.client.trustCertPath", &authority.file())
}

/// A message goes through.
async fn works(peer: &mut Peer, config: &Config) {
    let producer = peer.producer_of(config).await;
    let sent = tokio::spawn(producer.send(Message::new(TOPIC, "body")));
    let request = peer.expect(RequestCode::SEND_MESSAGE_V2).await;
    request.reply(stored("0", "7")).await;
    assert_eq!(sent.await.expect("a task").expect("stored").queue_offset, 7);
    producer.shutdown().await;
}

/// How a send fails.
async fn failure(config: &Config) -> Error {
    let producer = Client::new().producer(config).expect("a producer");
    producer.start().await.expect("started");
    let sent = producer.send(Message::new(TOPIC, "body")).await;
    producer.shutdown().await;
    sent.expect_err("no secure connection")
}

/// A send to a server of this certificate is refused at once, with these words.
async fn refused(tls: TlsAcceptor, trusted: &Authority, words: &[&str]) {
    let peer = Peer::start_secure(tls).await;
    let start = Instant::now();
    let error = failure(&secure(peer.config(), trusted)).await;
    assert!(start.elapsed() < Duration::from_millis(2500), "{error}");
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert!(!error.is_retriable(), "{error}");
    for word in [&[peer.address.as_str()], words].concat() {
        assert!(error.message().contains(word), "no `{word}`: {error}");
    }
}

#[tokio::test]
async fn a_server_with_a_good_certificate_is_talked_to_in_tls() {
    let authority = Authority::new();
    let mut peer = Peer::start_secure(authority.issue(HERE).server()).await;
    let config = secure(peer.config(), &authority);
    works(&mut peer, &config).await;
}

#[tokio::test]
async fn a_bad_certificate_is_told_at_once() {
    let authority = Authority::new();
    let expired = authority.issue_with(HERE, |it| it.not_after = date_time_ymd(2020, 1, 1));
    refused(expired.server(), &authority, &["has expired", "renewed"]).await;
    let early = authority.issue_with(HERE, |it| it.not_before = date_time_ymd(4000, 1, 1));
    refused(early.server(), &authority, &["not valid yet", "clock"]).await;
    let elsewhere = authority.issue(&["broker.example", "10.0.0.1"]);
    let words = [
        "broker.example",
        "subject alternative names",
        "tls.serverName",
    ];
    refused(elsewhere.server(), &authority, &words).await;
    let good = authority.issue(HERE);
    let words = ["not trusted here", "tls.client.trustCertPath"];
    refused(good.server(), &Authority::new(), &words).await;
}

#[tokio::test]
async fn another_name_may_be_asked_for() {
    let authority = Authority::new();
    let mut peer = Peer::start_secure(authority.issue(&["broker.example"]).server()).await;
    let config = secure(peer.config(), &authority).set("tls.serverName", "broker.example");
    works(&mut peer, &config).await;
}

#[tokio::test]
async fn any_certificate_is_taken_where_that_is_asked_for() {
    let authority = Authority::new();
    let expired = authority.issue_with(&["x"], |it| it.not_after = date_time_ymd(2020, 1, 1));
    let mut peer = Peer::start_secure(expired.server()).await;
    let config = peer.config().set("tls.enable", "true");
    let config = config.set("tls.insecureSkipVerify", "true");
    works(&mut peer, &config).await;
}

#[tokio::test]
async fn a_server_may_ask_for_a_client_certificate() {
    let (authority, clients) = (Authority::new(), Authority::new());
    for version in [&TLS12, &TLS13] {
        let tls = authority.issue(HERE).server_for(&clients, version);
        let (cert, key) = clients.client_files();
        let mut peer = Peer::start_secure(tls.clone()).await;
        let config = secure(peer.config(), &authority)
            .set("tls.client.certPath", &cert)
            .set("tls.client.keyPath", &key);
        works(&mut peer, &config).await;

        let words = ["asks for a client certificate", "tls.client.certPath"];
        refused(tls.clone(), &authority, &words).await;

        let (cert, key) = authority.client_files();
        let strange = peer
            .config()
            .set("tls.client.certPath", &cert)
            .set("tls.client.keyPath", &key);
        let error = failure(&secure(strange, &authority)).await;
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert!(
            error
                .message()
                .contains("does not take this client's certificate"),
            "{error}"
        );
    }
}

/// A port that does this with each connection.
async fn port<F: Future<Output = ()> + Send + 'static>(
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

#[tokio::test]
async fn tls_at_a_port_without_it_says_so() {
    let closes = port(|mut stream| async move {
        let _ = stream.read(&mut [0; 16]).await;
    });
    let silent = port(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    });
    let answers = port(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read(&mut [0; 1024]).await;
    });
    for address in [closes.await, silent.await, answers.await] {
        let config = Config::new()
            .set("NAMESRV_ADDR", &address)
            .set("SendMsgTimeoutMillis", "500");
        let error = failure(&secure(config, &Authority::new())).await;
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert!(
            error.message().contains("set tls.enable to false"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_port_of_tls_says_so_without_it() {
    let tls = Authority::new().issue(HERE).server();
    let peer = Peer::start_secure(tls).await;
    let error = failure(&peer.config()).await;
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert!(
        error.message().contains("set tls.enable to true"),
        "{error}"
    );
    // As RocketMQ's servers do in mode `enforcing`.
    let closes = port(|mut stream| async move {
        let _ = stream.read(&mut [0; 1]).await;
    });
    let error = failure(&Config::new().set("NAMESRV_ADDR", &closes.await)).await;
    assert_eq!(error.kind(), ErrorKind::NameServerUnreachable, "{error}");
    assert!(error.message().contains("tls.enable"), "{error}");
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_at_start() {
    let authority = Authority::new();
    let (cert, key) = authority.client_files();
    let other = Authority::new();
    let (_, other_key) = other.client_files();
    let empty = authority.write("empty.pem", "");
    let torn = authority.write("torn.pem", "-----BEGIN CERTIFICATE-----\n%%%\n");
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let encrypted = authority.write("encrypted.key", encrypted);
    let trust = "tls.client.trustCertPath";
    let identity = ["tls.client.certPath", "tls.client.keyPath"];
    let cases = [
        (vec![(trust, "/no/such.pem")], "/no/such.pem"),
        (vec![(trust, &*empty)], "no certificate in PEM"),
        (vec![(trust, &*torn)], "torn.pem: it is not PEM"),
        (vec![(trust, &*key)], "no certificate in PEM"),
        (
            vec![(identity[0], &*empty), (identity[1], &*key)],
            "empty.pem",
        ),
        (
            vec![(identity[0], &*cert), (identity[1], &*encrypted)],
            "decrypted",
        ),
        (
            vec![(identity[0], &*cert), (identity[1], &*other_key)],
            "does not go with",
        ),
    ];
    for (properties, words) in cases {
        let base = Config::new()
            .set("NAMESRV_ADDR", "127.0.0.1:1")
            .set("GROUP_ID", "GID_files")
            .set("tls.enable", "true")
            .set(trust, &authority.file());
        let config = properties
            .iter()
            .fold(base, |it, (key, value)| it.set(key, value));
        let producer = Client::new().producer(&config).expect("a producer");
        let consumer = Client::new().consumer(&config).expect("a consumer");
        for started in [producer.start().await, consumer.start().await] {
            let error = started.expect_err(words);
            assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
            assert!(error.message().contains(words), "no `{words}`: {error}");
            assert!(error.message().contains("tls.client."), "{error}");
        }
    }
}
