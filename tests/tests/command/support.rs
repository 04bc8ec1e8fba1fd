//! What the tests share.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use onsmq_tests::cluster::Request;
use onsmq_tests::command::{Told, onsmq, told};
use onsmq_tests::{Running, Server, unique};
use serde_json::Value;

pub(crate) const LIMIT: Duration = Duration::from_secs(60);

const GET_BROKER_CLUSTER_INFO: i64 = 106;

/// A server, and names that are this test's own.
pub(crate) struct Scene {
    pub(crate) topic: String,
    pub(crate) group: String,
    running: Running,
}

impl Scene {
    pub(crate) fn new(server: Server, name: &str) -> Self {
        Self {
            topic: unique(name),
            group: unique(&format!("GID_{name}")),
            running: server.run(),
        }
    }

    /// The same, for another group.
    pub(crate) fn of_group(mut self, end: &str) -> Self {
        self.group += end;
        self
    }

    /// The command, which is told where the server is.
    pub(crate) fn onsmq(&self) -> Command {
        let mut command = onsmq();
        command.env("NAMESRV_ADDR", self.running.address());
        command
    }

    pub(crate) fn produce(&self, arguments: &[&str]) -> Command {
        let mut command = self.onsmq();
        command
            .args(["produce", &self.topic, "-c", "SendMsgTimeoutMillis=10000"])
            .args(arguments);
        command
    }

    /// A consumer that begins at the first message.
    pub(crate) fn consume(&self, arguments: &[&str]) -> Command {
        let mut command = self.onsmq();
        command.args([
            "consume",
            &self.topic,
            "--group",
            &self.group,
            "--from=earliest",
        ]);
        command.args(arguments);
        command
    }

    /// What came, as JSON.
    pub(crate) fn consumed(&self, count: usize, more: &[&str]) -> Vec<Value> {
        let count = count.to_string();
        let arguments = ["--format=json", "--exit-on-idle=40", "--count", &count];
        let told = told(self.consume(&arguments).args(more));
        assert_eq!(told.code, 0, "{told:?}");
        told.out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}

/// Runs a command to its end, with this on its standard input.
pub(crate) fn fed(command: &mut Command, input: &[u8]) -> Told {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // It may end before it has read all.
    let feeding = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let told = child.wait_with_output().expect("its end").into();
    feeding.join().expect("a thread");
    told
}

/// A command that runs, whose lines are read.
pub(crate) struct Live {
    child: Child,
    out: Option<BufReader<ChildStdout>>,
}

impl Live {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the command");
        let out = child.stdout.take().map(BufReader::new);
        Self { child, out }
    }

    /// Writes to its standard input, a pipe, which stays open.
    pub(crate) fn say(&mut self, input: &[u8]) {
        let stdin = self.child.stdin.as_mut().expect("a pipe");
        stdin.write_all(input).expect("it reads");
    }

    /// The next line.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        let out = self.out.as_mut().expect("it is read");
        out.read_line(&mut line).expect("UTF-8");
        line.trim_end().to_owned()
    }

    /// Waits until some of it has come, and leaves it there.
    pub(crate) fn begun(&mut self) {
        let out = self.out.as_mut().expect("it is read");
        assert!(!out.fill_buf().expect("a pipe").is_empty(), "it ended");
    }

    /// Nobody reads any more.
    pub(crate) fn close(&mut self) {
        self.out = None;
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.expect("kill").success());
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(begin.elapsed() < LIMIT, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The only broker's address.
pub(crate) fn broker_address(namesrv_addr: &str) -> String {
    let answer = Request::new(GET_BROKER_CLUSTER_INFO).send(namesrv_addr);
    let body = String::from_utf8(answer.expect("an answer").body).expect("UTF-8");
    let from = body.find("127.0.0.1:").expect("an address");
    let end = body[from..].find('"').expect("its end");
    body[from..from + end].to_owned()
}
