//! A message goes from a producer to a consumer.
//!
//!     cargo run --example quickstart [NAMESRV_ADDR]
//!
//! Without an address it starts the dev server, so that nothing else is needed.

use onsmq::{Action, Client, Config, Message};
use onsmq_devserver::DevServer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1);
    let server = match address {
        Some(_) => None,
        None => Some(DevServer::builder().start().await?),
    };
    let address = address.or_else(|| server.as_ref().map(DevServer::namesrv_addr));
    let config = Config::new()
        .set("NAMESRV_ADDR", &address.unwrap_or_default())
        .set("GROUP_ID", "GID_quickstart_rust");

    let client = Client::new();
    let consumer = client.consumer(&config)?;
    let (received, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    consumer.subscribe("quickstart_rust", "*", move |message| {
        let received = received.clone();
        async move {
            let body = String::from_utf8_lossy(message.body());
            println!("received  {}  \"{body}\"", message.message_id());
            let _ = received.send(());
            Action::CommitMessage
        }
    })?;
    consumer.start().await?;

    let producer = client.producer(&config)?;
    producer.start().await?;
    let message = Message::new("quickstart_rust", "hello from Rust")
        .tag("greeting")
        .key("key-1");
    println!("sent      {}", producer.send(message).await?.message_id);

    receiver.recv().await;
    producer.shutdown().await;
    consumer.shutdown().await;
    if let Some(server) = server {
        server.shutdown().await;
    }
    Ok(())
}
