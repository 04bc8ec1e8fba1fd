//! Each member of a group gets all messages: `cargo run --example broadcasting [NAMESRV_ADDR]`.

use onsmq::{Action, Client, Config, Message};
use onsmq_examples::{Countdown, Outcome, run};

#[tokio::main]
async fn main() -> Outcome {
    run(example).await
}

/// Two members, one message.
async fn example(address: &str) -> Outcome {
    // Each member keeps in a file how far it is. A real program has a folder that stays.
    let folder = tempfile::tempdir()?;
    let config = Config::new()
        .set("NAMESRV_ADDR", address)
        .set("GROUP_ID", "GID_broadcasting_rust")
        .set("MessageModel", "BROADCASTING")
        .set("LocalOffsetStoreDir", &folder.path().to_string_lossy());
    let client = Client::new();
    let countdown = Countdown::new(2);
    let mut members = Vec::new();
    for name in ["first", "second"] {
        let member = client.consumer(&config)?;
        let done = countdown.clone();
        member.subscribe("broadcasting_rust", "news", move |message| {
            let done = done.clone();
            async move {
                let body = String::from_utf8_lossy(message.body());
                println!("{name} received  {body}");
                done.came(1);
                Action::CommitMessage
            }
        })?;
        member.start().await?;
        members.push(member);
    }

    let producer = client.producer(&config)?;
    producer.start().await?;
    let message = Message::new("broadcasting_rust", "hello to all").tag("news");
    producer.send(message).await?;
    countdown.wait().await?;

    producer.shutdown().await;
    for member in members {
        member.shutdown().await;
    }
    Ok(())
}
