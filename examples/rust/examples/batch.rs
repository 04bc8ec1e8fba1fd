//! Lists of messages: `cargo run --example batch [NAMESRV_ADDR]`.

use onsmq::{Action, Client, Config, Message};
use onsmq_examples::{Countdown, Outcome, run};

#[tokio::main]
async fn main() -> Outcome {
    run(example).await
}

/// Sends a hundred messages, and receives them in lists of up to 16.
async fn example(address: &str) -> Outcome {
    let config = Config::new()
        .set("NAMESRV_ADDR", address)
        .set("GROUP_ID", "GID_batch_rust")
        .set("ConsumeMessageBatchMaxSize", "16");
    let client = Client::new();
    let consumer = client.batch_consumer(&config)?;
    let countdown = Countdown::new(100);
    let done = countdown.clone();
    consumer.subscribe("batch_rust", "*", move |messages| {
        let done = done.clone();
        async move {
            println!("received  {} at once", messages.len());
            done.came(messages.len());
            // The answer is for the whole list.
            Action::CommitMessage
        }
    })?;
    consumer.start().await?;

    let producer = client.producer(&config)?;
    producer.start().await?;
    let messages = (0..100).map(|number| Message::new("batch_rust", number.to_string()));
    // Each is sent on its own, and has a result or an error.
    for sent in producer.send_many(messages).await {
        sent?;
    }
    countdown.wait().await?;

    producer.shutdown().await;
    consumer.shutdown().await;
    Ok(())
}
