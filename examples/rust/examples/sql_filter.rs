//! Choosing by a condition on the messages' properties:
//! `cargo run --example sql_filter [NAMESRV_ADDR]`.
//!
//! Brokers take conditions with enablePropertyFilter=true.

use onsmq::{Action, Client, Config, Filter, Message};
use onsmq_examples::{Countdown, Outcome, run};

#[tokio::main]
async fn main() -> Outcome {
    run(example).await
}

/// Sends three messages, of which one meets the condition.
async fn example(address: &str) -> Outcome {
    let config = Config::new()
        .set("NAMESRV_ADDR", address)
        .set("GROUP_ID", "GID_sql_filter_rust");
    let client = Client::new();
    let consumer = client.consumer(&config)?;
    let countdown = Countdown::new(1);
    let done = countdown.clone();
    let condition = Filter::Sql92("amount > 100 AND region = 'north'");
    consumer.subscribe("sql_filter_rust", condition, move |message| {
        let done = done.clone();
        async move {
            let body = String::from_utf8_lossy(message.body());
            let property = |name| message.property(name).unwrap_or_default();
            let (amount, region) = (property("amount"), property("region"));
            println!("received  {body} of {amount} in {region}");
            done.came(1);
            Action::CommitMessage
        }
    })?;
    // A condition that the broker does not take is an error here.
    consumer.start().await?;

    let producer = client.producer(&config)?;
    producer.start().await?;
    for (amount, region) in [("50", "north"), ("150", "south"), ("200", "north")] {
        let message = Message::new("sql_filter_rust", "order")
            .property("amount", amount)
            .property("region", region);
        producer.send(message).await?;
    }
    countdown.wait().await?;

    producer.shutdown().await;
    consumer.shutdown().await;
    Ok(())
}
