//! The commands on standard input, one a line.

use std::error::Error;

use onsmq_tests::cluster::{Cluster, Node};
use serde_json::{Value, json};

use crate::words::split;

const COMMANDS: &str = "kill SERVER, start SERVER, topic NAME QUEUES, mqadmin ARGUMENTS, stop";

/// What can be asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Kill(String),
    Start(String),
    Topic(String, u32),
    Mqadmin(Vec<String>),
    Stop,
}

impl Command {
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let words = split(line)?;
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        match words[..] {
            ["kill", name] => Ok(Self::Kill(name.to_owned())),
            ["start", name] => Ok(Self::Start(name.to_owned())),
            ["topic", name, queues] => {
                let queues = queues
                    .parse()
                    .map_err(|_| format!("`{queues}` is no number"))?;
                Ok(Self::Topic(name.to_owned(), queues))
            }
            ["mqadmin", _, ..] => Ok(Self::Mqadmin(
                words[1..].iter().map(ToString::to_string).collect(),
            )),
            ["stop"] => Ok(Self::Stop),
            _ => Err(format!(
                "cannot understand `{line}`: the commands are {COMMANDS}"
            )),
        }
    }

    /// Does it, and answers what to print. `Stop` is the main loop's.
    pub(crate) fn run(self, cluster: &mut Cluster) -> Result<Value, Box<dyn Error>> {
        match self {
            Self::Kill(name) => {
                cluster.kill(&name)?;
                Ok(json!({"ok": true, "name": name}))
            }
            Self::Start(name) => {
                cluster.start(&name)?;
                let Node { address, pid, .. } = node(cluster, &name)?;
                Ok(json!({"ok": true, "name": name, "address": address, "pid": pid}))
            }
            Self::Topic(topic, queues) => {
                cluster.create_topic(&topic, queues)?;
                Ok(json!({"ok": true, "topic": topic, "queues": queues}))
            }
            Self::Mqadmin(arguments) => {
                let done = cluster.mqadmin(&arguments)?;
                let status = done.status.code();
                Ok(json!({"ok": done.status.success(), "status": status, "output": done.output}))
            }
            Self::Stop => Ok(done()),
        }
    }
}

pub(crate) fn done() -> Value {
    json!({"ok": true})
}

pub(crate) fn failed(error: &str) -> Value {
    json!({"ok": false, "error": error})
}

fn node(cluster: &Cluster, name: &str) -> Result<Node, String> {
    let mut nodes = cluster.brokers().into_iter().chain(cluster.namesrvs());
    nodes
        .find(|node| node.name == name)
        .ok_or_else(|| format!("no server `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_a_word_and_its_arguments() {
        assert_eq!(
            Command::parse("kill broker-a"),
            Ok(Command::Kill("broker-a".into()))
        );
        assert_eq!(
            Command::parse(" topic t 4 "),
            Ok(Command::Topic("t".into(), 4))
        );
        let mqadmin = vec!["sendMessage".into(), "-p".into(), "a b".into()];
        assert_eq!(
            Command::parse("mqadmin sendMessage -p 'a b'"),
            Ok(Command::Mqadmin(mqadmin))
        );
    }

    #[test]
    fn a_line_that_is_no_command_is_answered_with_the_commands() {
        let error = Command::parse("topic t").unwrap_err();

        assert!(error.contains("topic NAME QUEUES"), "{error}");
    }
}
