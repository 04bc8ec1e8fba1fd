//! One name server or broker: its process, its ports and its files.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::config::SERVER_CONF;
use super::error::Error;
use super::java::Java;
use super::ports::PortBlock;
use super::tls::TlsFiles;

/// How many lines of each file an error shows.
const LAST_LINES: usize = 30;
/// Where the process's standard output and error go.
pub(super) const OUTPUT: &str = "output.log";
const LOGS: [&str; 2] = [OUTPUT, "server.log"];

/// How Java says that a port is in use.
const PORT_TAKEN: &str = "Address already in use";

/// What a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    NameServer,
    Broker,
}

impl Role {
    fn main_class(self) -> &'static str {
        match self {
            Self::NameServer => "org.apache.rocketmq.namesrv.NamesrvStartup",
            Self::Broker => "org.apache.rocketmq.broker.BrokerStartup",
        }
    }

    /// First and greatest heap in MiB.
    fn heap(self) -> (u32, u32) {
        match self {
            Self::NameServer => (32, 96),
            Self::Broker => (128, 320),
        }
    }
}

/// A server that keeps its name, ports and files from one process to the next.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: String,
    pub(super) home: PathBuf,
    role: Role,
    ports: PortBlock,
    /// Holds the pipe whose end tells the process to die.
    child: Option<Child>,
}

impl Server {
    pub(super) fn new(role: Role, name: String, folder: &Path) -> Result<Self, Error> {
        let home = folder.join(&name);
        Ok(Self {
            name,
            home,
            role,
            ports: PortBlock::lease()?,
            child: None,
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.ports.listen_port()
    }

    pub(super) fn address(&self) -> String {
        self.socket_address().to_string()
    }

    /// The process, unless it was killed.
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    pub(super) fn is_started(&self) -> bool {
        self.child.is_some()
    }

    /// Starts the process; it takes a while until it answers.
    pub(super) fn spawn(&mut self, java: &Java, tls: Option<&TlsFiles>) -> Result<(), Error> {
        // Without a certificate of ours each server makes some of its own, which takes a second.
        let tls = tls.map_or_else(
            || vec!["-Dtls.server.mode=disabled".to_owned()],
            |files| files.flags(&self.home, self.role == Role::Broker).into(),
        );
        let (class, heap) = (self.role.main_class(), self.role.heap());
        let mut command = java.command(class, &self.home, heap, &tls);
        command.arg("-c").arg(self.home.join(SERVER_CONF));
        self.child = Some(spawn(command, &self.home)?);
        Ok(())
    }

    /// Kills the process and waits until it is gone. Nothing happens if there is none.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Fails only for a process that has ended and been waited for.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// An error if the process was started and has ended by itself.
    pub(super) fn check_alive(&mut self) -> Result<(), Error> {
        let Some(child) = &mut self.child else {
            return Ok(());
        };
        let status = child
            .try_wait()
            .map_err(Error::io(format!("watch {}", self.name)))?;
        let Some(status) = status else { return Ok(()) };
        self.child = None;
        Err(Error::Died {
            name: self.name.clone(),
            status: status.to_string(),
            port_taken: LOGS.iter().any(|name| self.read(name).contains(PORT_TAKEN)),
            log: self.last_lines(),
        })
    }

    /// Whether the server takes connections.
    pub(super) fn accepts(&self) -> bool {
        TcpStream::connect_timeout(&self.socket_address(), Duration::from_secs(1)).is_ok()
    }

    /// The ends of what the process printed and logged.
    pub(super) fn last_lines(&self) -> String {
        LOGS.iter()
            .map(|name| last_lines(name, &self.read(name)))
            .collect()
    }

    fn read(&self, name: &str) -> String {
        let text = fs::read(self.home.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }

    fn socket_address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port()).into()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts a command of [`Java`] whose output goes to a file in `home`.
pub(super) fn spawn(mut command: Command, home: &Path) -> Result<Child, Error> {
    let output = home.join(OUTPUT);
    let open = || File::options().create(true).append(true).open(&output);
    let open = || open().map_err(Error::io(format!("open {}", output.display())));
    command
        .stdin(Stdio::piped())
        .stdout(open()?)
        .stderr(open()?)
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::MissingProgram {
                program: "java",
                install: "a JDK, 11 or later (17 is tested)",
            },
            _ => Error::io("start java")(error),
        })
}

fn last_lines(name: &str, text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let first = lines.len().saturating_sub(LAST_LINES);
    format!("--- {name}\n{}\n", lines[first..].join("\n"))
}
