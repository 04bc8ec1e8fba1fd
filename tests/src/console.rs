//! The console of the Open API that `tests/console/console.py` is.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use onsmq::Config;
use serde::Deserialize;
use serde_json::Value;

use crate::native::root;

/// The account that it takes.
pub const ACCESS_KEY: &str = "TestAK";
/// Its secret.
pub const SECRET_KEY: &str = "TestSecret/+=0123456789";

/// A running console. It ends when this is dropped, or with this process.
#[derive(Debug)]
pub struct Console {
    endpoint: String,
    process: Child,
    stdin: Option<ChildStdin>,
}

/// A request that it was sent.
#[derive(Debug, Deserialize)]
pub struct Seen {
    /// Such as `topic/create`.
    pub operation: String,
    /// All parameters, decoded.
    pub parameters: std::collections::BTreeMap<String, String>,
}

impl Console {
    /// Starts one, and waits until it listens.
    ///
    /// # Panics
    /// Where there is no Python, or it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// One that talks in TLS.
    ///
    /// # Panics
    /// As [`Self::start`].
    #[must_use]
    pub fn start_secure(certificate: &Path, key: &Path) -> Self {
        let (certificate, key) = (certificate.to_str(), key.to_str());
        let (certificate, key) = certificate.zip(key).expect("paths in UTF-8");
        Self::start_with(&["--cert", certificate, "--key", key])
    }

    fn start_with(arguments: &[&str]) -> Self {
        let mut process = Command::new("python3")
            .arg(root().join("tests/console/console.py"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 on the PATH");
        let stdin = process.stdin.take();
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("a line");
        let ready: Value = serde_json::from_str(&line).expect("a line of JSON");
        Self {
            endpoint: ready["endpoint"].as_str().expect("an address").to_owned(),
            process,
            stdin,
        }
    }

    /// One that all tests of a program may use: what a client meets is in its endpoint.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Console> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Where it is, as a client is told it that is to meet `setting`, such as `/run/7/shape/text`.
    #[must_use]
    pub fn endpoint(&self, setting: &str) -> String {
        format!("{}{setting}", self.endpoint)
    }

    /// A client's configuration.
    #[must_use]
    pub fn config(&self, setting: &str) -> Config {
        Config::new()
            .set("Endpoint", &self.endpoint(setting))
            .set("AccessKey", ACCESS_KEY)
            .set("SecretKey", SECRET_KEY)
    }

    /// The requests of a run.
    ///
    /// # Panics
    /// Where the console does not answer.
    #[must_use]
    pub fn seen(&self, run: &str) -> Vec<Seen> {
        let address = self.endpoint.strip_prefix("http://").expect("plain HTTP");
        let mut stream = TcpStream::connect(address).expect("a connection");
        write!(
            stream,
            "GET /seen/{run} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )
        .expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).expect("JSON")
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.process.wait();
    }
}
