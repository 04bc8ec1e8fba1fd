//! Messages that are delivered at a time: `cargo run --example delayed [NAMESRV_ADDR]`.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use onsmq::{Action, Client, Config, Message};
use onsmq_examples::{Countdown, Outcome, run};

#[tokio::main]
async fn main() -> Outcome {
    run(example).await
}

/// Sends a message that is to come at once, and one in five seconds.
async fn example(address: &str) -> Outcome {
    let config = Config::new()
        .set("NAMESRV_ADDR", address)
        .set("GROUP_ID", "GID_delayed_rust");
    let client = Client::new();
    let consumer = client.consumer(&config)?;
    let countdown = Countdown::new(2);
    let (done, began) = (countdown.clone(), Instant::now());
    consumer.subscribe("delayed_rust", "*", move |message| {
        let done = done.clone();
        async move {
            let body = String::from_utf8_lossy(message.body());
            let seconds = began.elapsed().as_secs_f32();
            println!("received  {body} after {seconds:.0} s");
            done.came(1);
            Action::CommitMessage
        }
    })?;
    consumer.start().await?;

    let producer = client.producer(&config)?;
    producer.start().await?;
    producer.send(Message::new("delayed_rust", "news")).await?;
    // Milliseconds since 1970. Brokers of 4.x have a number of delays, of which 5 s is one. With
    // another one they refuse, or take the nearest where TimedMessageFallback says so.
    let due = SystemTime::now().duration_since(UNIX_EPOCH)? + Duration::from_secs(5);
    let due = i64::try_from(due.as_millis())?;
    let message = Message::new("delayed_rust", "a reminder").start_deliver_time(due);
    producer.send(message).await?;
    countdown.wait().await?;

    producer.shutdown().await;
    consumer.shutdown().await;
    Ok(())
}
