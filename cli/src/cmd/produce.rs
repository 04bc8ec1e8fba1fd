//! `onsmq produce`.

use std::pin::Pin;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::StreamExt as _;
use futures_util::stream::{self, Stream};
use onsmq::{Client, Config, Error, Message, OrderProducer, Producer, SendResult};
use serde_json::json;
use tokio::sync::Mutex;

use crate::account;
use crate::args::{ConnectionArgs, ProduceArgs};
use crate::exit::{Exit, Failure, Result};
use crate::flag::{Flag, flag};
use crate::input::{self, Bodies, Body};
use crate::output::{Lines, Progress, Written, note};
use crate::signals::Stop;

pub(crate) async fn produce(args: ProduceArgs, connection: &ConnectionArgs) -> Result<Exit> {
    let given = [
        ("NAMESRV_ADDR", args.namesrv_addr.as_deref()),
        ("GROUP_ID", args.group.as_deref()),
    ];
    let config = account::config(connection, &given)?;
    let stop = Stop::listen()?;
    let sender = Sender::new(&config, args.sharding_key.clone())?;
    sender.start().await?;
    let report = Report::new(&args);
    let ended = send_all(&args, &sender, &stop, report).await;
    sender.shutdown().await;
    ended
}

/// What sends: in order where there is a sharding key.
enum Sender {
    Normal(Producer),
    Ordered(OrderProducer, String),
}

impl Sender {
    fn new(config: &Config, sharding_key: Option<String>) -> Result<Self> {
        let client = Client::new();
        Ok(match sharding_key {
            Some(key) => Self::Ordered(client.order_producer(config)?, key),
            None => Self::Normal(client.producer(config)?),
        })
    }

    async fn start(&self) -> onsmq::Result<()> {
        match self {
            Self::Normal(producer) => producer.start().await,
            Self::Ordered(producer, _) => producer.start().await,
        }
    }

    fn send(
        &self,
        message: Message,
    ) -> Pin<Box<dyn Future<Output = onsmq::Result<SendResult>> + Send>> {
        match self {
            Self::Normal(producer) => Box::pin(producer.send(message)),
            Self::Ordered(producer, key) => Box::pin(producer.send(message, key)),
        }
    }

    async fn shutdown(&self) {
        match self {
            Self::Normal(producer) => producer.shutdown().await,
            Self::Ordered(producer, _) => producer.shutdown().await,
        }
    }
}

/// What became of a body.
struct Outcome {
    place: String,
    length: u64,
    result: onsmq::Result<SendResult>,
}

/// Sends all bodies, several at once, and reports them in their order. In order, one at a time:
/// none is to overtake one that fails.
async fn send_all(
    args: &ProduceArgs,
    sender: &Sender,
    stop: &Stop,
    mut report: Report,
) -> Result<Exit> {
    let at_once = match sender {
        Sender::Normal(_) => usize::from(args.in_flight),
        Sender::Ordered(..) => 1,
    };
    let (end, ended) = flag();
    let reading = Mutex::new(Reading::new(args, stop.clone(), ended));
    let outcomes = bodies(&reading).map(|body| {
        let (place, length) = (body.place, body.length);
        let sending = sender.send(message(args, body.bytes));
        async move {
            Outcome {
                place,
                length,
                result: sending.await,
            }
        }
    });
    let mut outcomes = Box::pin(outcomes.buffered(at_once));
    while let Some(outcome) = outcomes.next().await {
        if !report.tell(outcome)? {
            // What is under way comes to its end, and is told. Not by way of the lock, which whoever
            // waits for the next body holds, and goes on only when more is asked of him.
            end.raise();
        }
    }
    drop(outcomes);
    let failure = reading.into_inner().failure;
    report.end(failure, stop.was_told())
}

/// The bodies that are still to be sent.
struct Reading {
    bodies: Bodies,
    stop: Stop,
    /// No more are wanted.
    ended: Flag,
    failure: Option<Failure>,
}

impl Reading {
    fn new(args: &ProduceArgs, stop: Stop, ended: Flag) -> Self {
        let bodies = Bodies::read(args.sources.clone());
        Self {
            bodies,
            stop,
            ended,
            failure: None,
        }
    }

    async fn next(&mut self) -> Option<Body> {
        let body = tokio::select! {
            biased;
            () = self.stop.told() => None,
            () = self.ended.raised() => None,
            body = self.bodies.next() => body,
        };
        match body {
            Some(Ok(body)) => Some(body),
            Some(Err(failure)) => {
                self.failure = Some(failure);
                None
            }
            None => None,
        }
    }
}

fn bodies(reading: &Mutex<Reading>) -> impl Stream<Item = Body> {
    stream::unfold(reading, |reading| async move {
        let body = reading.lock().await.next().await?;
        Some((body, reading))
    })
}

fn message(args: &ProduceArgs, body: Vec<u8>) -> Message {
    let mut message = Message::new(&args.topic, body);
    if let Some(tag) = &args.tag {
        message.set_tag(tag);
    }
    if let Some(key) = &args.key {
        message.set_key(key);
    }
    for (name, value) in &args.property {
        message.set_property(name, value);
    }
    message.set_start_deliver_time(args.delay.and_then(|delay| {
        let then = SystemTime::now().checked_add(delay)?;
        let since = then.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok()
    }));
    message
}

/// What was done, told as it is.
struct Report {
    lines: Lines,
    progress: Progress,
    json: bool,
    keep_going: bool,
    sent: u64,
    failed: u64,
    /// How the first failure ends the command.
    first: Option<Exit>,
    nobody_reads: bool,
}

impl Report {
    fn new(args: &ProduceArgs) -> Self {
        Self {
            lines: Lines::new(),
            progress: Progress::new(input::length(&args.sources)),
            json: args.json,
            keep_going: args.keep_going,
            sent: 0,
            failed: 0,
            first: None,
            nobody_reads: false,
        }
    }

    /// Tells of one, and whether to go on.
    fn tell(&mut self, outcome: Outcome) -> Result<bool> {
        match outcome.result {
            Ok(sent) => self.stored(&sent, outcome.length)?,
            Err(error) => self.not_stored(&outcome.place, &error),
        }
        Ok(!self.nobody_reads && (self.failed == 0 || self.keep_going))
    }

    fn stored(&mut self, sent: &SendResult, length: u64) -> Result<()> {
        self.sent += 1;
        self.progress.sent(length);
        let line = match self.json {
            true => as_json(sent),
            false => sent.message_id.into(),
        };
        let (progress, lines) = (&self.progress, &mut self.lines);
        let written = progress.aside(|| lines.write(&line))?;
        self.nobody_reads |= written == Written::NobodyReads;
        Ok(())
    }

    fn not_stored(&mut self, place: &str, error: &Error) {
        self.failed += 1;
        self.first.get_or_insert(Exit::of(error.kind()));
        self.progress
            .aside(|| note(&format!("error: {place}: {error}")));
    }

    /// How it ends.
    fn end(self, reading: Option<Failure>, was_stopped: bool) -> Result<Exit> {
        let Self {
            sent,
            failed,
            first,
            nobody_reads,
            progress,
            ..
        } = self;
        drop(progress);
        if let Some(failure) = reading {
            note(&format!("{sent} sent"));
            return Err(match sent {
                0 => failure,
                _ => Failure {
                    exit: Exit::Partial,
                    ..failure
                },
            });
        }
        match first {
            Some(exit) => {
                note(&format!("{sent} sent, {failed} not"));
                Err(Failure::said(if sent == 0 { exit } else { Exit::Partial }))
            }
            None if nobody_reads => {
                let text = format!("{sent} sent, and no more: standard output was closed");
                Err(Failure::new(Exit::Partial, text))
            }
            None if was_stopped => Err(Failure::new(
                Exit::Interrupted,
                format!("interrupted: {sent} sent, and no more"),
            )),
            None => Ok(Exit::Done),
        }
    }
}

fn as_json(sent: &SendResult) -> String {
    let sent = json!({
        "messageId": &*sent.message_id,
        "topic": &*sent.topic,
        "brokerName": &*sent.broker_name,
        "queueId": sent.queue_id,
        "offset": sent.queue_offset,
    });
    sent.to_string()
}
