//! Members of a group in processes of their own, in any language.
//!
//! A member is a program `... NAMESRV_ADDR TOPIC GROUP` that prints `started`, then the id of each
//! message that it consumes, one a line, until its standard input ends.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use onsmq::{Client, Config, Message, Producer};
use tokio::runtime::Runtime;

/// A message was consumed: by which member, and its id.
type Consumed = (usize, String);

/// Some members of one group, and what they consume.
pub struct Group {
    /// By number; those that have left are none.
    members: Vec<Option<Child>>,
    consumed: Receiver<Consumed>,
    consuming: Sender<Consumed>,
    /// What members are told: address, topic and group.
    told: [String; 3],
    runtime: Runtime,
    producer: Arc<Producer>,
}

const LIMIT: Duration = Duration::from_secs(60);

impl Group {
    /// Starts the members, all of which are told the same address, topic and group.
    ///
    /// # Panics
    /// Where one does not start.
    #[must_use]
    pub fn start(address: &str, topic: &str, group: &str, programs: Vec<Command>) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let config = Config::new().set("NAMESRV_ADDR", address);
        // By turns, so that shares show how queues are divided.
        let config = config
            .set("autoBatch", "false")
            .set("SendMsgTimeoutMillis", "10000");
        let producer = Arc::new(Client::new().producer(&config).expect("a producer"));
        runtime.block_on(producer.start()).expect("started");
        let (consuming, consumed) = channel();
        let mut group = Self {
            members: Vec::new(),
            consumed,
            consuming,
            told: [address, topic, group].map(str::to_owned),
            runtime,
            producer,
        };
        programs.into_iter().for_each(|program| group.join(program));
        group
    }

    /// Has one more member.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn join(&mut self, mut program: Command) {
        program.args(&self.told);
        let member = spawn(self.members.len(), program, self.consuming.clone());
        self.members.push(Some(member));
    }

    /// Has a member end cleanly.
    ///
    /// # Panics
    /// Where it does not.
    pub fn leave(&mut self, index: usize) {
        let mut member = self.members[index].take().expect("a member");
        drop(member.stdin.take());
        let status = member.wait().expect("its end");
        assert!(status.success(), "member {index} ended with {status}");
    }

    fn send(&self, count: usize) -> Vec<String> {
        let messages = (0..count).map(|_| Message::new(&*self.told[1], "shared"));
        let sent = self.runtime.block_on(self.producer.send_many(messages));
        sent.into_iter()
            .map(|sent| sent.expect("stored").message_id.into())
            .collect()
    }

    /// Waits until each of these ids was consumed; answers by whom, once for each time.
    fn wait(&self, ids: &[String]) -> HashMap<String, Vec<usize>> {
        let mut by: HashMap<String, Vec<usize>> =
            ids.iter().map(|id| (id.clone(), Vec::new())).collect();
        let mut missing = ids.len();
        let deadline = Instant::now() + LIMIT;
        while missing > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            let (member, id) = self
                .consumed
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("{missing} messages were not consumed in {LIMIT:?}"));
            if let Some(members) = by.get_mut(&id) {
                missing -= usize::from(members.is_empty());
                members.push(member);
            }
        }
        by
    }

    /// Sends a few messages until each member has consumed some of them, and none twice: the
    /// queues are divided then.
    pub fn wait_until_divided(&self) {
        let deadline = Instant::now() + LIMIT;
        loop {
            let by = self.wait(&self.send(64));
            let all = self.members.iter().enumerate().all(|(index, member)| {
                member.is_none() || by.values().any(|by| by.contains(&index))
            });
            if all && by.values().all(|by| by.len() == 1) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the members do not divide the queues"
            );
        }
    }

    /// Sends messages, and checks that each is consumed once. Answers how many each member had.
    pub fn share(&self, count: usize) -> Vec<usize> {
        let mut shares = vec![0; self.members.len()];
        let by = self.wait(&self.send(count));
        // What was consumed twice shows at the latest with messages that were sent afterwards.
        let later = self.wait(&self.send(64));
        for (id, members) in by.iter().chain(&later) {
            assert_eq!(members.len(), 1, "{id} was consumed by {members:?}");
        }
        for members in by.values() {
            shares[members[0]] += 1;
        }
        shares
    }

    /// Has all members end cleanly.
    pub fn end(mut self) {
        for index in 0..self.members.len() {
            if self.members[index].is_some() {
                self.leave(index);
            }
        }
        self.runtime.block_on(self.producer.shutdown());
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for member in self.members.iter_mut().flatten() {
            // Only where a test failed: it has ended otherwise.
            let _ = member.kill();
            let _ = member.wait();
        }
    }
}

fn spawn(index: usize, mut program: Command, consumed: Sender<Consumed>) -> Child {
    program.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = program
        .spawn()
        .unwrap_or_else(|error| panic!("{program:?}: {error}"));
    let output = child.stdout.take().expect("its output");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    assert_eq!(lines.next().as_deref(), Some("started"), "{program:?}");
    std::thread::spawn(move || {
        for id in lines {
            let _ = consumed.send((index, id));
        }
    });
    child
}
