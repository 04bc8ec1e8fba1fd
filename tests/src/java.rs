//! Java's clients in processes of their own: the vendor's SDK, and Apache's client.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cluster::jars::{self, Parts};

// Java rebalances every 20 s, and later where the machine is busy.
const LIMIT: Duration = Duration::from_secs(150);

/// A client in Java.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sdk {
    /// `com.aliyun.openservices:ons-client:1.8.8.8.Final`.
    Vendor,
    /// `org.apache.rocketmq:rocketmq-client:5.3.3`.
    Apache,
}

impl Sdk {
    const fn parts(self) -> Parts {
        match self {
            Self::Vendor => Parts {
                name: "vendor",
                pom: include_str!("../java/vendor/pom.xml"),
                source: ("Program.java", include_str!("../java/vendor/Program.java")),
            },
            Self::Apache => Parts {
                name: "apache",
                pom: include_str!("../java/apache/pom.xml"),
                source: ("Program.java", include_str!("../java/apache/Program.java")),
            },
        }
    }

    /// The program in a role of its own, whose files go to a folder. NAMESRV_ADDR, TOPIC and GROUP
    /// are to follow.
    fn command(self, role: &str, home: &TempDir) -> Command {
        let folder = jars::prepare(self.parts()).expect("jars");
        let mut command = Command::new("java");
        command
            .args([
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xmx128m",
                "-Djava.net.preferIPv4Stack=true",
                "-Drocketmq.client.logUseSlf4j=true",
            ])
            .arg(format!("-Duser.home={}", home.path().display()))
            .arg("-cp")
            .arg(jars::class_path(&folder).expect("jars"))
            .args(["Program", role])
            .current_dir(home.path())
            .stderr(Stdio::null());
        command
    }
}

/// A member of a group, for [`Group::start`](crate::member::Group::start). The folder is to live as
/// long as it runs.
///
/// # Panics
/// Where there is no Java.
#[must_use]
pub fn member(home: &TempDir) -> Command {
    Sdk::Vendor.command("member", home)
}

/// A program that does as it is told.
#[derive(Debug)]
pub struct Speaker {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Value>,
    /// What came while something else was waited for.
    waiting: VecDeque<Value>,
    _home: TempDir,
}

impl Speaker {
    /// Starts it.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start(sdk: Sdk, address: &str, topic: &str, group: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mut child = sdk
            .command("speak", &home)
            .args([address, topic, group])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("java");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = output.lines().map_while(Result::ok);
        assert_eq!(lines.next().as_deref(), Some("started"));
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            for line in lines {
                let line = serde_json::from_str(&line).expect("a line of JSON");
                let _ = sender.send(line);
            }
        });
        Self {
            input: child.stdin.take(),
            child,
            lines: receiver,
            waiting: VecDeque::new(),
            _home: home,
        }
    }

    fn tell(&mut self, command: &Value) {
        let input = self.input.as_mut().expect("its input");
        writeln!(input, "{command}").expect("a program that reads");
    }

    /// The next line that has this member, or says what went wrong.
    fn next(&mut self, member: &str) -> Value {
        let fits = |line: &Value| line.get(member).is_some() || line.get("error").is_some();
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(index) = self.waiting.iter().position(fits) {
                let line = self.waiting.remove(index).expect("its place");
                assert!(line.get("error").is_none(), "{line}");
                return line;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("no `{member}` in {LIMIT:?}"));
            self.waiting.push_back(line);
        }
    }

    /// Has a message sent: `kind` is `normal`, `order` or `transaction`; `more` holds the other
    /// members of the command. Answers its id.
    ///
    /// # Panics
    /// Where it is not sent.
    pub fn send(&mut self, kind: &str, body: &[u8], more: &Value) -> String {
        let mut command = json!({
            "send": kind, "body": STANDARD.encode(body), "tag": "", "key": "", "properties": {},
        });
        let members = command.as_object_mut().expect("an object");
        members.extend(more.as_object().expect("an object").clone());
        self.tell(&command);
        self.next("id")["id"].as_str().expect("an id").to_owned()
    }

    /// Has it consume: `kind` is `normal` or `order`.
    ///
    /// # Panics
    /// Where it does not.
    pub fn consume(&mut self, kind: &str) {
        self.tell(&json!({ "consume": kind }));
        self.next("consuming");
    }

    /// The next message that it has consumed, with `body` as text or `bytes`.
    ///
    /// # Panics
    /// Where there is none in a minute.
    pub fn received(&mut self) -> Value {
        self.next("received")["received"].take()
    }

    /// The next id that its checker was asked for.
    ///
    /// # Panics
    /// Where there is none in a minute.
    pub fn checked(&mut self) -> String {
        self.next("checked")["checked"]
            .as_str()
            .expect("an id")
            .to_owned()
    }

    /// Has it end cleanly.
    ///
    /// # Panics
    /// Where it does not.
    pub fn end(mut self) {
        drop(self.input.take());
        let status = self.child.wait().expect("its end");
        assert!(status.success(), "{status}");
    }

    /// Ends it as a crash would.
    pub fn kill(self) {}
}

/// The body of a message that was received.
///
/// # Panics
/// Where it has none.
#[must_use]
pub fn body(received: &Value) -> Vec<u8> {
    let body = received["body"].as_str().expect("a body");
    STANDARD.decode(body).expect("Base64")
}

impl Drop for Speaker {
    fn drop(&mut self) {
        // Only where a test failed, or wants it: it has ended otherwise.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
