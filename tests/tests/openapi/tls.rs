//! Consoles that talk in TLS, and what is said where no secure connection comes about.

use std::path::{Path, PathBuf};

use onsmq::{Error, ErrorKind};
use onsmq_tests::console::Console;
use rcgen::{
    BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tempfile::TempDir;

use crate::calls::{answers, client};

/// An authority that this process makes up, and a console with a certificate of it.
struct Scene {
    console: Console,
    ca: PathBuf,
    _folder: TempDir,
}

impl Scene {
    fn new(host: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority_key = KeyPair::generate().expect("a key");
        let root = authority
            .self_signed(&authority_key)
            .expect("a certificate");
        let mut params = CertificateParams::new(vec![host.to_owned()]).expect("a host");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let issuer = Issuer::new(authority, authority_key);
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        let write = |name: &str, text: String| write(folder.path(), name, &text);
        let certificate = write("server.pem", certificate.pem());
        let key = write("server.key", key.serialize_pem());
        Self {
            console: Console::start_secure(&certificate, &key),
            ca: write("ca.pem", root.pem()),
            _folder: folder,
        }
    }

    /// How a call fails that trusts an authority.
    async fn failure(&self, ca: &Path) -> Error {
        let ca = ca.to_str().expect("UTF-8");
        let config = self.console.config("").set("tls.client.trustCertPath", ca);
        let error = client(&config).topic().get("T").await;
        let error = error.expect_err("no secure connection");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert_eq!(error.operation(), Some("topic/get"), "{error}");
        error
    }
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

fn says(error: &Error, words: &[&str]) {
    for word in words {
        assert!(error.message().contains(word), "no `{word}`: {error}");
    }
}

#[tokio::test]
async fn a_console_with_a_good_certificate_is_talked_to_in_tls() {
    let scene = Scene::new("127.0.0.1", |_| {});
    let ca = scene.ca.to_str().expect("UTF-8");
    let config = scene.console.config("").set("tls.client.trustCertPath", ca);
    assert_eq!(answers(&client(&config)).await.len(), 39);
    let config = scene
        .console
        .config("")
        .set("tls.insecureSkipVerify", "true");
    client(&config).topic().get("T").await.expect("an answer");
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_is_told() {
    let good = Scene::new("127.0.0.1", |_| {});
    let expired = Scene::new("127.0.0.1", |it| it.not_after = date_time_ymd(2020, 1, 1));
    let elsewhere = Scene::new("console.example", |_| {});
    says(
        &good.failure(&expired.ca).await,
        &["not trusted here", "tls.client.trustCertPath"],
    );
    says(
        &expired.failure(&expired.ca).await,
        &["has expired", "clock"],
    );
    let error = elsewhere.failure(&elsewhere.ca).await;
    says(
        &error,
        &["console.example", "use a host that the certificate names"],
    );
}

#[tokio::test]
async fn a_console_without_tls_is_told() {
    let plain = Console::shared().endpoint("").replace("http:", "https:");
    let config = Console::shared().config("").set("Endpoint", &plain);
    let error = client(&config).topic().get("T").await.expect_err("no TLS");
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    says(&error, &["not TLS", "http in place of https"]);
}
