//! Messages of an order in their order: `cargo run --example ordered [NAMESRV_ADDR]`.

use onsmq::{Client, Config, Message, OrderAction};
use onsmq_examples::{Countdown, Outcome, run};

#[tokio::main]
async fn main() -> Outcome {
    run(example).await
}

/// Sends three steps of each of three orders, and receives each order's in turn.
async fn example(address: &str) -> Outcome {
    let config = Config::new()
        .set("NAMESRV_ADDR", address)
        .set("GROUP_ID", "GID_ordered_rust")
        .set("suspendTimeMillis", "100");
    let client = Client::new();
    let consumer = client.order_consumer(&config)?;
    let countdown = Countdown::new(9);
    let done = countdown.clone();
    consumer.subscribe("ordered_rust", "*", move |message| {
        let done = done.clone();
        async move {
            if message.body() == b"paid" && message.reconsume_times() == 0 {
                // Its queue waits, and it comes again before the next one.
                return OrderAction::Suspend;
            }
            let step = String::from_utf8_lossy(message.body());
            println!("{} is {step}", message.sharding_key().unwrap_or_default());
            done.came(1);
            OrderAction::Success
        }
    })?;
    consumer.start().await?;

    let producer = client.order_producer(&config)?;
    producer.start().await?;
    for step in ["created", "paid", "shipped"] {
        for order in ["order-1", "order-2", "order-3"] {
            // The sharding key says within what the order is kept.
            producer
                .send(Message::new("ordered_rust", step), order)
                .await?;
        }
    }
    countdown.wait().await?;

    producer.shutdown().await;
    consumer.shutdown().await;
    Ok(())
}
