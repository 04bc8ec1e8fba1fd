//! Receiving without a listener, when the program is ready for it:
//! `cargo run --example receive [NAMESRV_ADDR]`.

use std::time::Duration;

use onsmq::{Action, Client, Config, Message};
use onsmq_examples::{Outcome, run};

#[tokio::main]
async fn main() -> Outcome {
    run(example).await
}

/// Sends twenty messages, and takes up to ten at a time.
async fn example(address: &str) -> Outcome {
    let config = Config::new()
        .set("NAMESRV_ADDR", address)
        .set("GROUP_ID", "GID_receive_rust");
    let client = Client::new();
    let consumer = client.consumer(&config)?;
    // Messages wait in an inbox until they are taken.
    let inbox = consumer.inbox();
    consumer.subscribe_inbox("receive_rust", "*", &inbox)?;
    consumer.start().await?;

    let producer = client.producer(&config)?;
    producer.start().await?;
    for number in 0..20 {
        producer
            .send(Message::new("receive_rust", number.to_string()))
            .await?;
    }

    let mut left = 20_usize;
    while left > 0 {
        // Waits up to a minute for the first.
        let deliveries = tokio::time::timeout(Duration::from_secs(60), inbox.receive(10))
            .await
            .map_err(|_| "no message came within a minute")?;
        for delivery in &deliveries {
            let body = String::from_utf8_lossy(delivery.message().body());
            println!("received  {body}");
            // Or ReconsumeLater; what is dropped without an answer comes again as well.
            delivery.complete(Action::CommitMessage);
        }
        left = left.saturating_sub(deliveries.len());
    }

    producer.shutdown().await;
    consumer.shutdown().await;
    Ok(())
}
