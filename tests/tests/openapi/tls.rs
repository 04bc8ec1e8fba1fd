//! Consoles that talk in TLS, and what is said where no secure connection comes about.

use std::path::{Path, PathBuf};

use onsmq::{Error, ErrorKind};
use onsmq_tests::certificates::Certificate;
use onsmq_tests::console::Console;
use tempfile::TempDir;

use crate::calls::{answers, client};

/// A console with a certificate.
struct Scene {
    console: Console,
    ca: PathBuf,
    _folder: TempDir,
}

impl Scene {
    fn new(make: impl FnOnce(&Path) -> Certificate) -> Self {
        let folder = TempDir::new().expect("a folder");
        let made = make(folder.path());
        Self {
            console: Console::start_secure(&made.certificate, &made.key),
            ca: made.ca,
            _folder: folder,
        }
    }

    fn good() -> Self {
        Self::new(|folder| Certificate::of_host(folder, "good", "127.0.0.1"))
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

fn says(error: &Error, words: &[&str]) {
    for word in words {
        assert!(error.message().contains(word), "no `{word}`: {error}");
    }
}

#[tokio::test]
async fn a_console_with_a_good_certificate_is_talked_to_in_tls() {
    let scene = Scene::good();
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
    let good = Scene::good();
    let expired = Scene::new(|folder| Certificate::expired(folder, "expired", "127.0.0.1"));
    let elsewhere = Scene::new(|folder| Certificate::of_host(folder, "it", "console.example"));
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
