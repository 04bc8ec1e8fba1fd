//! Sends and receives through the Rust face: scenario=blocking, async (in_flight=N), many (many=N),
//! drain (each message by itself) or lists (of up to ConsumeMessageBatchMaxSize). The arguments and
//! the line that is printed are those of `bench/c`.

use std::collections::VecDeque;
use std::error::Error;
use std::future::{Ready, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bench_measurement::{Begun, Measurement};
use onsmq::{Action, Begun as Send, Client, Config, Message, MessageExt, Producer, SendResult};
use tokio::sync::{Notify, Semaphore};

type Outcome = Result<(), Box<dyn Error>>;

/// Threads as the C ABI has them.
const THREADS: usize = 2;
/// What makes the topic, the connection and the route.
const WARM_UP: usize = 100;

fn main() -> Outcome {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(THREADS).enable_all().build()?;
    // It lives until the process ends, as what was begun is to be told.
    let measurement = Box::leak(Box::new(Measurement::from_arguments()?));
    onsmq::block_on(runtime.handle(), measure(measurement))
}

async fn measure(measurement: &'static Measurement) -> Outcome {
    let config = measurement.properties.iter().fold(
        Config::new()
            .set(
                "NAMESRV_ADDR",
                measurement.text("address", "127.0.0.1:9876"),
            )
            .set("GROUP_ID", "GID_bench"),
        |config, (key, value)| config.set(key, value),
    );
    match measurement.text("scenario", "async") {
        "drain" => drain(measurement, &config).await,
        "lists" => drain_lists(measurement, &config).await,
        scenario => {
            let producer = Client::new().producer(&config)?;
            producer.start().await?;
            for _ in 0..WARM_UP {
                producer.send(message(measurement)).await?;
            }
            match scenario {
                "blocking" => blocking(measurement, &producer).await?,
                "async" => asynchronous(measurement, &producer).await?,
                "many" => many(measurement, &producer).await?,
                other => return Err(format!("no scenario {other}").into()),
            }
            producer.shutdown().await;
            Ok(())
        }
    }
}

fn report(measurement: &Measurement, begun: &Begun<'_>, times_us: Vec<f64>) {
    let text = |name, otherwise| measurement.text(name, otherwise);
    begun.report(
        "onsmq",
        text("scenario", "async"),
        text("server", "unknown"),
        times_us,
    );
}

fn topic(measurement: &Measurement) -> &str {
    measurement.text("topic", "bench")
}

fn message(measurement: &Measurement) -> Message {
    Message::new(topic(measurement), measurement.body())
}

async fn blocking(measurement: &Measurement, producer: &Producer) -> Outcome {
    let mut times_us = Vec::with_capacity(measurement.messages);
    let begun = measurement.begin();
    for _ in 0..measurement.messages {
        let sent = Instant::now();
        producer.send(message(measurement)).await?;
        times_us.push(sent.elapsed().as_secs_f64() * 1e6);
    }
    report(measurement, &begun, times_us);
    Ok(())
}

async fn asynchronous(measurement: &Measurement, producer: &Producer) -> Outcome {
    let failed = Arc::new(AtomicUsize::new(0));
    let room = Arc::new(Semaphore::new(measurement.in_flight));
    // By half at once: each waiting costs a wake-up.
    let half = u32::try_from(measurement.in_flight / 2)?.max(1);
    let mut places = 0;
    let begun = measurement.begin();
    for _ in 0..measurement.messages {
        if places == 0 {
            room.acquire_many(half).await?.forget();
            places = half;
        }
        places -= 1;
        let (failed, room) = (Arc::clone(&failed), Arc::clone(&room));
        let send = producer.send_then(message(measurement), move |sent| {
            failed.fetch_add(usize::from(sent.is_err()), Ordering::Relaxed);
            room.add_permits(1);
        });
        if let Send::Waits(room) = send {
            room.await.map_err(|(error, _)| error)?;
        }
    }
    producer.flush().await;
    report(measurement, &begun, Vec::new());
    match failed.load(Ordering::Relaxed) {
        0 => Ok(()),
        failed => Err(format!("{failed} messages were not stored").into()),
    }
}

/// As many calls at once as `in_flight` has room for.
async fn many(measurement: &Measurement, producer: &Producer) -> Outcome {
    let at_once = (measurement.in_flight / measurement.many).max(1);
    let begun = measurement.begin();
    let mut calls = VecDeque::with_capacity(at_once);
    for _ in 0..measurement.messages / measurement.many {
        if calls.len() == at_once {
            stored(calls.pop_front()).await?;
        }
        let messages = (0..measurement.many).map(|_| message(measurement));
        calls.push_back(producer.send_many(messages));
    }
    while !calls.is_empty() {
        stored(calls.pop_front()).await?;
    }
    report(measurement, &begun, Vec::new());
    Ok(())
}

async fn stored(call: Option<impl Future<Output = Vec<onsmq::Result<SendResult>>>>) -> Outcome {
    if let Some(call) = call {
        for sent in call.await {
            sent?;
        }
    }
    Ok(())
}

async fn drain(measurement: &'static Measurement, config: &Config) -> Outcome {
    let consumer = Client::new().consumer(config)?;
    let (received, listener) = Received::shared(measurement);
    consumer.subscribe(received.topic(), "*", move |_| listener.take(1))?;
    consumer.start().await?;
    received.report_all().await;
    consumer.shutdown().await;
    Ok(())
}

async fn drain_lists(measurement: &'static Measurement, config: &Config) -> Outcome {
    let consumer = Client::new().batch_consumer(config)?;
    let (received, listener) = Received::shared(measurement);
    let take = move |messages: Vec<MessageExt>| listener.take(messages.len());
    consumer.subscribe(received.topic(), "*", take)?;
    consumer.start().await?;
    received.report_all().await;
    consumer.shutdown().await;
    Ok(())
}

/// What has come. It counts from the first message on.
struct Received {
    measurement: &'static Measurement,
    count: AtomicUsize,
    begun: OnceLock<Begun<'static>>,
    all: Notify,
}

impl Received {
    /// Nothing yet: for who waits for all, and for the listener.
    fn shared(measurement: &'static Measurement) -> (Arc<Self>, Arc<Self>) {
        let received = Arc::new(Self {
            measurement,
            count: AtomicUsize::default(),
            begun: OnceLock::new(),
            all: Notify::new(),
        });
        (Arc::clone(&received), received)
    }

    fn topic(&self) -> &'static str {
        topic(self.measurement)
    }

    fn begun(&self) -> &Begun<'static> {
        self.begun.get_or_init(|| self.measurement.begin())
    }

    fn take(&self, messages: usize) -> Ready<Action> {
        let before = self.count.fetch_add(messages, Ordering::Relaxed);
        if before == 0 {
            self.begun();
        }
        let wanted = self.measurement.messages;
        if before < wanted && before + messages >= wanted {
            self.all.notify_one();
        }
        ready(Action::CommitMessage)
    }

    async fn report_all(&self) {
        self.all.notified().await;
        report(self.measurement, self.begun(), Vec::new());
    }
}
