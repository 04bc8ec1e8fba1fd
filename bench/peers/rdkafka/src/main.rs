//! librdkafka against its mock cluster, a ceiling for C and Rust against the dev server: the
//! arguments and lines are those of bench/c. The cluster is a process of its own, so that the
//! client's processor time is the client's alone.

mod cluster;
mod native;

use std::error::Error;

use bench_measurement::{Begun, Measurement};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use cluster::{Cluster, TOPIC};

type Outcome = Result<(), Box<dyn Error>>;

/// How many messages wait at most until they are sent.
const BUFFERED: &str = "1000000";
/// How many sends there are between two looks at what became of those before.
const BETWEEN_LOOKS: usize = 1_000;

fn main() -> Outcome {
    if std::env::args().nth(1).as_deref() == Some(cluster::ROLE) {
        return cluster::serve();
    }
    let measurement = Measurement::from_arguments()?;
    let scenario = measurement.text("scenario", "async");
    // What is only sent need not be kept.
    let kept = if scenario == "drain" {
        measurement.messages
    } else {
        0
    };
    let cluster = Cluster::start(kept, measurement.body().len())?;
    match scenario {
        "async" => {
            // What makes the connections and the route.
            produce(&cluster, &measurement, BETWEEN_LOOKS, || ())?;
            let mut begun = None;
            produce(&cluster, &measurement, measurement.messages, || {
                begun = Some(measurement.begin());
            })?;
            report(begun.ok_or("nothing was sent")?, "async");
        }
        "drain" => {
            produce(&cluster, &measurement, measurement.messages, || ())?;
            consume(&cluster, &measurement)?;
        }
        other => return Err(format!("no scenario {other}").into()),
    }
    Ok(())
}

/// Sends all, and waits until each is acknowledged.
fn produce(
    cluster: &Cluster,
    measurement: &Measurement,
    messages: usize,
    ready: impl FnOnce(),
) -> Outcome {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", &cluster.servers)
        .set("queue.buffering.max.messages", BUFFERED)
        .create()?;
    let client = producer.client();
    client.fetch_metadata(Some(TOPIC), cluster::PATIENCE)?;
    let topic = native::Topic::new(client, TOPIC)?;
    let body = measurement.body();
    let mut reports = native::Reports::new(client);
    ready();
    for at in 0..messages {
        // In turns, since the mock keeps so much of each and no more.
        let partition = (at / BETWEEN_LOOKS) as i32 % cluster.partitions;
        while !topic.produce(partition, &body)? {
            reports.take(1)?;
        }
        if at % BETWEEN_LOOKS == 0 {
            reports.take(0)?;
        }
    }
    while reports.stored < messages {
        reports.take(100)?;
    }
    Ok(())
}

/// Receives all that there is, one by one or in lists of up to `many`.
fn consume(cluster: &Cluster, measurement: &Measurement) -> Outcome {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &cluster.servers)
        .set("group.id", "drain")
        .create()?;
    let mut partitions = TopicPartitionList::new();
    for partition in 0..cluster.partitions {
        partitions.add_partition_offset(TOPIC, partition, Offset::Beginning)?;
    }
    consumer.assign(&partitions)?;
    let mut queue = native::Received::new(consumer.client(), measurement.many);
    let mut begun = None;
    let mut count = 0;
    while count < measurement.messages {
        count += queue.take(cluster::PATIENCE)?;
        begun.get_or_insert_with(|| measurement.begin());
    }
    report(begun.ok_or("nothing came")?, "drain");
    Ok(())
}

fn report(begun: Begun<'_>, scenario: &str) {
    begun.report("librdkafka", scenario, "librdkafka's mock cluster", Vec::new());
}
