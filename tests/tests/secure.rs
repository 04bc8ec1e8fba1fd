//! Secure connections to real servers: brokers that take nothing else, clients that are asked who
//! they are, and certificates that are no good.

use onsmq::{Client, Config, Error, ErrorKind, Message, Result};
use onsmq_tests::cluster::{Certificate, Cluster, Tls, Version};
use onsmq_tests::unique;
use rcgen::{CertificateParams, KeyPair};

/// Name servers by what they show.
const GOOD: usize = 0;
const EXPIRED: usize = 1;
const OTHER_HOST: usize = 2;

/// A file in PEM.
fn pem(folder: &std::path::Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

struct Secure {
    cluster: Cluster,
    folder: tempfile::TempDir,
}

impl Secure {
    fn start(version: Version) -> Self {
        let tls = Tls {
            enforcing: true,
            client_auth: true,
            namesrvs: vec![
                Certificate::Good,
                Certificate::Expired,
                Certificate::OtherHost,
            ],
        };
        let cluster = Cluster::builder(version).namesrvs(3).tls_with(tls).start();
        Self {
            cluster: cluster.expect("real servers"),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// No TLS.
    fn plain(&self, namesrv: usize) -> Config {
        Config::new()
            .set("NAMESRV_ADDR", &self.cluster.namesrvs()[namesrv].address)
            .set("GROUP_ID", "GID_secure")
            .set("SendMsgTimeoutMillis", "10000")
    }

    /// A client that shows nothing of itself.
    fn nameless(&self, namesrv: usize) -> Config {
        let trusted = self.cluster.ca_file().expect("an authority");
        self.plain(namesrv)
            .set("tls.enable", "true")
            .set("tls.client.trustCertPath", &trusted.display().to_string())
    }

    fn known(&self, namesrv: usize) -> Config {
        let client = self.cluster.client_identity().expect("an identity");
        self.nameless(namesrv)
            .set(
                "tls.client.certPath",
                &client.certificate.display().to_string(),
            )
            .set("tls.client.keyPath", &client.key.display().to_string())
    }

    /// A client whose certificate is its own word only.
    fn stranger(&self) -> Config {
        let params = CertificateParams::new(vec!["stranger".to_owned()]).expect("a name");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let write = |name, text: &str| pem(self.folder.path(), name, text);
        self.nameless(GOOD)
            .set(
                "tls.client.certPath",
                &write("stranger.pem", &certificate.pem()),
            )
            .set(
                "tls.client.keyPath",
                &write("stranger.key", &key.serialize_pem()),
            )
    }
}

async fn send(config: &Config) -> Result<()> {
    let producer = Client::new().producer(config).expect("a producer");
    producer.start().await?;
    let sent = producer.send(Message::new(unique("secure"), "body")).await;
    producer.shutdown().await;
    sent.map(drop)
}

/// A send fails with this kind of error, whose text has these words.
async fn fails(config: &Config, kind: ErrorKind, words: &[&str]) -> Error {
    let error = send(config).await.expect_err("no secure connection");
    println!("{error}");
    assert_eq!(error.kind(), kind, "{error}");
    for word in words {
        assert!(error.message().contains(word), "no `{word}`: {error}");
    }
    error
}

fn each_fault_of_tls_is_its_own_error(version: Version) {
    let secure = Secure::start(version);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        send(&secure.known(GOOD)).await.expect("stored");
        // The name server takes both, the broker does not.
        fails(
            &secure.plain(GOOD),
            ErrorKind::ConnectionLost,
            &["tls.enable"],
        )
        .await;
        let words = ["client certificate", "set tls.client.certPath"];
        fails(&secure.nameless(GOOD), ErrorKind::Tls, &words).await;
        let words = ["does not take this client's certificate"];
        fails(&secure.stranger(), ErrorKind::Tls, &words).await;
        let words = ["has expired", "renewed"];
        fails(&secure.known(EXPIRED), ErrorKind::Tls, &words).await;
        let words = ["broker.example", "tls.serverName"];
        fails(&secure.known(OTHER_HOST), ErrorKind::Tls, &words).await;
        let named = secure.known(OTHER_HOST);
        let named = named.set("tls.serverName", "broker.example");
        // That is what the name server shows, and the broker does not.
        fails(&named, ErrorKind::Tls, &["127.0.0.1", "tls.serverName"]).await;
        let mut elsewhere = secure.known(GOOD);
        elsewhere = elsewhere.set("tls.client.trustCertPath", &secure.stranger_authority());
        let words = ["not trusted here", "tls.client.trustCertPath"];
        fails(&elsewhere, ErrorKind::Tls, &words).await;
    });
}

impl Secure {
    /// An authority that nothing was issued by.
    fn stranger_authority(&self) -> String {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["elsewhere".to_owned()]).expect("a name");
        let certificate = params.self_signed(&key).expect("a certificate");
        pem(self.folder.path(), "elsewhere.pem", &certificate.pem())
    }
}

#[test]
fn each_fault_of_tls_is_its_own_error_with_4_9_7() {
    each_fault_of_tls_is_its_own_error(Version::V4_9_7);
}

#[test]
fn each_fault_of_tls_is_its_own_error_with_5_3_3() {
    each_fault_of_tls_is_its_own_error(Version::V5_3_3);
}
