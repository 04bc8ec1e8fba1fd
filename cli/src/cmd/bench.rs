//! `onsmq bench`.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use onsmq::{Action, Client, Config, Consumer, Message, Producer};
use onsmq_devserver::DevServer;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::account;
use crate::args::{BenchArgs, ConnectionArgs, WIDTH};
use crate::exit::{Exit, Failure, Result};
use crate::output::{Lines, note, rows};
use crate::signals::Stop;

/// How long it may be quiet before what is missing counts as lost.
const QUIET: Duration = Duration::from_secs(30);
/// What tells this run's messages from others.
const RUN: &str = "bench";

pub(crate) async fn bench(args: BenchArgs, connection: &ConnectionArgs) -> Result<Exit> {
    let stop = Stop::listen()?;
    let given = [("NAMESRV_ADDR", args.namesrv_addr.as_deref())];
    let config = account::config(connection, &given)?;
    let (config, dev_server) = with_server(config).await?;
    let bench = Bench::new(&args, config);
    let ended = tokio::select! {
        ended = bench.run() => ended,
        () = stop.told() => Err(Failure::new(Exit::Interrupted, "interrupted")),
    };
    if let Some(server) = dev_server {
        server.shutdown().await;
    }
    ended
}

/// A dev server, where no server is known.
async fn with_server(config: Config) -> Result<(Config, Option<DevServer>)> {
    let is_address = |(key, _): (&str, &str)| {
        let property = onsmq::Property::find(key);
        property.is_some_and(|it| ["NAMESRV_ADDR", "ONSAddr"].contains(&it.key))
    };
    if config.iter().any(is_address) {
        return Ok((config, None));
    }
    let server = DevServer::builder().start().await;
    let server = server.map_err(|error| Failure::io("the dev server does not start", &error))?;
    note("no name servers were given: this is a dev server, in memory and in this process");
    Ok((
        config.set("NAMESRV_ADDR", &server.namesrv_addr()),
        Some(server),
    ))
}

struct Bench<'a> {
    args: &'a BenchArgs,
    config: Config,
    run: String,
}

/// What was measured: how long all took, and each.
struct Measured {
    took: Duration,
    each: Vec<Duration>,
}

impl<'a> Bench<'a> {
    fn new(args: &'a BenchArgs, config: Config) -> Self {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        let run = format!("{:x}_{}", since.as_micros(), std::process::id());
        Self { args, config, run }
    }

    async fn run(&self) -> Result<Exit> {
        let client = Client::new();
        let producer = client.producer(&self.config)?;
        producer.start().await?;
        // It makes the topic, so that the consumer begins behind it.
        producer
            .send(Message::new(&self.args.topic, "first"))
            .await?;
        let (consumer, arrivals) = self.consumer(&client).await?;
        let begin = Instant::now();
        let (sent, received) =
            tokio::join!(self.send(&producer, begin), self.receive(arrivals, begin));
        consumer.shutdown().await;
        producer.shutdown().await;
        self.report(&sent?, &received?)
    }

    /// Sends all, so many at once.
    async fn send(&self, producer: &Producer, begin: Instant) -> Result<Measured> {
        let body = vec![b'x'; self.args.size as usize];
        let sends = stream::iter(0..self.args.messages).map(|_| {
            let at = Instant::now();
            let since = (at - begin).as_nanos().to_string();
            let message = Message::new(&self.args.topic, body.clone());
            let sending = producer.send(message.tag(&self.run).property(RUN, since));
            async move { sending.await.map(|_| at.elapsed()) }
        });
        let mut sends = sends.buffer_unordered(usize::from(self.args.in_flight));
        let mut each = Vec::with_capacity(self.args.messages as usize);
        while let Some(sent) = sends.next().await {
            each.push(sent?);
        }
        Ok(Measured {
            took: begin.elapsed(),
            each,
        })
    }

    /// A member of a group of its own, which tells when each message of this run was sent.
    async fn consumer(&self, client: &Client) -> Result<(Consumer, mpsc::UnboundedReceiver<u64>)> {
        let group = format!("GID_onsmq_bench_{}", self.run);
        let consumer = client.consumer(&self.config.clone().set("GROUP_ID", &group))?;
        let (tell, told) = mpsc::unbounded_channel();
        let tell = move |message: onsmq::MessageExt| {
            if let Some(nanos) = message.property(RUN).and_then(|it| it.parse().ok()) {
                // Nobody may wait any more.
                let _ = tell.send(nanos);
            }
            std::future::ready(Action::CommitMessage)
        };
        consumer.subscribe(&self.args.topic, self.run.as_str(), tell)?;
        consumer.start().await?;
        Ok((consumer, told))
    }

    async fn receive(
        &self,
        mut arrivals: mpsc::UnboundedReceiver<u64>,
        begin: Instant,
    ) -> Result<Measured> {
        let mut each = Vec::with_capacity(self.args.messages as usize);
        while each.len() < self.args.messages as usize {
            let Ok(Some(nanos)) = tokio::time::timeout(QUIET, arrivals.recv()).await else {
                let text = format!(
                    "{} of {} messages came back",
                    each.len(),
                    self.args.messages
                );
                return Err(Failure::new(Exit::Partial, text));
            };
            each.push(begin.elapsed().saturating_sub(Duration::from_nanos(nanos)));
        }
        Ok(Measured {
            took: begin.elapsed(),
            each,
        })
    }

    fn report(&self, sent: &Measured, received: &Measured) -> Result<Exit> {
        let results =
            [("send", sent), ("receive", received)].map(|(what, it)| self.result(what, it));
        let mut lines = Lines::new();
        let text = match self.args.json {
            true => results.map(|it| it.to_string()).join("\n"),
            false => table(&results),
        };
        let _ = lines.write(&text)?;
        Ok(Exit::Done)
    }

    fn result(&self, what: &str, measured: &Measured) -> Value {
        let mut each = measured.each.clone();
        each.sort_unstable();
        let at = |part: f64| {
            let last = each.len().saturating_sub(1);
            let at = (last as f64 * part).round() as usize;
            each.get(at)
                .map_or(0.0, |it| rounded(it.as_secs_f64() * 1000.0))
        };
        let seconds = measured.took.as_secs_f64().max(1e-9);
        let messages = f64::from(self.args.messages);
        json!({
            "what": what,
            "messages": self.args.messages,
            "bytes": self.args.size,
            "inFlight": self.args.in_flight,
            "seconds": rounded(seconds),
            "messagesPerSecond": (messages / seconds).round() as u64,
            "mibPerSecond": rounded(messages * f64::from(self.args.size) / seconds / f64::from(1 << 20)),
            "p50Ms": at(0.5),
            "p99Ms": at(0.99),
            "maxMs": at(1.0),
        })
    }
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

fn table(results: &[Value]) -> String {
    let columns = [
        "what",
        "messages",
        "bytes",
        "seconds",
        "messagesPerSecond",
        "mibPerSecond",
        "p50Ms",
        "p99Ms",
        "maxMs",
    ];
    let header = [
        "", "messages", "bytes", "seconds", "msg/s", "MiB/s", "p50 ms", "p99 ms", "max ms",
    ];
    let row = |result: &Value| columns.map(|name| result[name].clone()).to_vec();
    let rows_of: Vec<_> = results.iter().map(row).collect();
    rows(&header, &rows_of, u16::try_from(WIDTH).unwrap_or(u16::MAX))
}
