//! What is asked of a running server from outside of Rust: one JSON text in, one out.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cluster::{Cluster, InvalidTopic};
use crate::faults::{Filter, Rule};
use crate::tls::Tls;

/// One thing to do. As JSON, `"clear_faults"` where there is nothing more to say, and
/// `{"kill_broker": {"broker": "broker-a"}}` where there is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// `{"id": 1}`.
    AddFault(Rule),
    /// `{"removed": true}`.
    RemoveFault { id: u64 },
    /// `{}`.
    ClearFaults,
    /// `[{"id": 1, "rule": {...}, "applied": 0}]`.
    Faults,
    /// `[{"broker": "broker-a", "code": 310, "name": "SEND_MESSAGE_V2", "topic": "t",
    /// "count": 2}]`.
    Counters(Filter),
    /// `{"count": 2}`.
    Received(Filter),
    /// `{}`.
    ResetCounters,
    /// `{}`, when its port is closed.
    KillBroker { broker: String },
    /// `{}`, when it listens again.
    RestartBroker {
        broker: String,
        #[serde(default = "yes")]
        keep_data: bool,
    },
    /// `{}`.
    ExpireLocks {
        #[serde(default)]
        group: Option<String>,
    },
    /// `{}`.
    CreateTopic {
        topic: String,
        #[serde(default = "default_queues")]
        queues: u32,
    },
    /// `{"namesrv_addr": "127.0.0.1:9876", "brokers": [...], "ca_file": null}`.
    Info,
}

const fn yes() -> bool {
    true
}

const fn default_queues() -> u32 {
    8
}

/// What was asked cannot be done.
#[derive(Debug)]
pub struct ControlError {
    message: String,
    source: Option<io::Error>,
}

impl ControlError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ControlError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}

impl From<io::Error> for ControlError {
    fn from(error: io::Error) -> Self {
        Self {
            message: error.to_string(),
            source: Some(error),
        }
    }
}

impl From<InvalidTopic> for ControlError {
    fn from(error: InvalidTopic) -> Self {
        Self::new(error.to_string())
    }
}

impl Cluster {
    /// Does what a JSON text asks for, and answers in JSON.
    pub(crate) async fn control(&self, text: &str) -> Result<String, ControlError> {
        let command = serde_json::from_str(text)
            .map_err(|error| ControlError::new(format!("no such command: {error}")))?;
        let answer = self.execute(command).await?;
        Ok(answer.to_string())
    }

    async fn execute(&self, command: Command) -> Result<Value, ControlError> {
        match command {
            Command::KillBroker { broker } => self.node(&broker)?.kill().await?,
            Command::RestartBroker { broker, keep_data } => {
                self.node(&broker)?.restart(keep_data).await?;
            }
            other => return self.execute_at_once(other),
        }
        Ok(json!({}))
    }

    fn execute_at_once(&self, command: Command) -> Result<Value, ControlError> {
        match command {
            Command::AddFault(rule) => return Ok(json!({ "id": self.add_fault(rule)? })),
            Command::RemoveFault { id } => {
                return Ok(json!({ "removed": self.faults.remove(id) }));
            }
            Command::Faults => return to_json(&self.faults.all()),
            Command::Counters(filter) => return to_json(&self.counts(&filter)),
            Command::Received(filter) => {
                return Ok(json!({ "count": self.received(&filter) }));
            }
            Command::Info => return Ok(self.info()),
            Command::ClearFaults => self.faults.clear(),
            Command::ResetCounters => self.reset_counts(),
            Command::ExpireLocks { group } => self.expire_locks(group.as_deref()),
            Command::CreateTopic { topic, queues } => self.create_topic(&topic, queues)?,
            // They wait, and are done above.
            Command::KillBroker { .. } | Command::RestartBroker { .. } => {}
        }
        Ok(json!({}))
    }

    pub(crate) fn add_fault(&self, rule: Rule) -> Result<u64, ControlError> {
        rule.check().map_err(ControlError::new)?;
        if let Some(broker) = rule
            .broker
            .as_deref()
            .filter(|it| *it != crate::cluster::NAME_SERVER)
        {
            self.node(broker)?;
        }
        Ok(self.faults.add(rule))
    }

    pub(crate) fn received(&self, filter: &Filter) -> u64 {
        self.counts(filter).iter().map(|count| count.count).sum()
    }

    fn info(&self) -> Value {
        json!({
            "namesrv_addr": self.namesrv.to_string(),
            "console_url": self.console_url(),
            "brokers": self.brokers(),
            "ca_file": self.tls.as_deref().map(Tls::ca_file),
        })
    }
}

fn to_json(value: &impl Serialize) -> Result<Value, ControlError> {
    serde_json::to_value(value).map_err(|error| ControlError::new(error.to_string()))
}
