//! smoke
use onsmq::{Action, Client, Config, Message};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
#[tokio::main]
async fn main() -> onsmq::Result<()> {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .init();
    let addr = std::env::args().nth(1).unwrap();
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let client = Client::new();
    let config = Config::new()
        .set("NAMESRV_ADDR", &addr)
        .set("GROUP_ID", "GID_smoke");
    let consumer = client.consumer(&config)?;
    let got = Arc::new(AtomicUsize::new(0));
    let g = got.clone();
    consumer.subscribe("smoke", "*", move |m| {
        let g = g.clone();
        async move {
            g.fetch_add(1, Ordering::Relaxed);
            if m.reconsume_times() > 0 {
                println!("again {m:?}");
            }
            if m.key() == Some("again") && m.reconsume_times() == 0 {
                Action::ReconsumeLater
            } else {
                Action::CommitMessage
            }
        }
    })?;
    let t = Instant::now();
    consumer.start().await?;
    println!("started in {:?}", t.elapsed());
    let producer = client.producer(&config)?;
    producer.start().await?;
    let t = Instant::now();
    println!(
        "{}",
        producer
            .send(Message::new("smoke", "hello").tag("a").key("again"))
            .await?
    );
    println!("first in {:?}", t.elapsed());
    let t = Instant::now();
    for _ in 0..n {
        producer
            .send(Message::new("smoke", "hello").tag("a"))
            .await?;
    }
    println!("{n} in {:?}", t.elapsed());
    let producer = Arc::new(producer);
    let t = Instant::now();
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let p = producer.clone();
        set.spawn(async move {
            for _ in 0..n {
                p.send(Message::new("smoke", "hello").tag("a")).await?;
            }
            onsmq::Result::Ok(())
        });
    }
    while let Some(r) = set.join_next().await {
        r.unwrap()?;
    }
    println!("{} async in {:?}", n * 64, t.elapsed());
    let want = 1 + n * 65 + 1;
    while got.load(Ordering::Relaxed) < want && t.elapsed().as_secs() < 30 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    println!(
        "got {} of {want} in {:?}",
        got.load(Ordering::Relaxed),
        t.elapsed()
    );
    let t = Instant::now();
    consumer.shutdown().await;
    producer.shutdown().await;
    println!("shutdown in {:?}", t.elapsed());
    Ok(())
}
