//! Messages that are delivered once a local transaction is committed:
//! `cargo run --example transaction [NAMESRV_ADDR]`.
//!
//! A broker keeps such a message to itself until it is told the outcome. Where it is not told,
//! because the program died or does not know yet, it asks any producer of the group.

use std::collections::HashSet;
use std::error::Error as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use onsmq::{Action, Client, Config, Message, SendResult, TransactionStatus};
use onsmq_examples::{Countdown, Outcome, run};

/// Stands for the application's own database.
#[derive(Clone, Default)]
struct Accounts(Arc<Mutex<HashSet<String>>>);

impl Accounts {
    /// The executer: does what the message tells of.
    fn pay(&self, key: &str, amount: i32) -> io::Result<TransactionStatus> {
        if amount < 0 {
            return Err(io::Error::other(format!("{amount} is no amount")));
        }
        if amount > 100 {
            return Ok(TransactionStatus::RollbackTransaction);
        }
        let mut payments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        payments.insert(key.to_owned());
        Ok(TransactionStatus::CommitTransaction)
    }

    /// The checker: looks up whether that was done, perhaps by another process.
    fn check(&self, key: &str) -> TransactionStatus {
        let payments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match payments.contains(key) {
            true => TransactionStatus::CommitTransaction,
            false => TransactionStatus::Unknow,
        }
    }
}

#[tokio::main]
async fn main() -> Outcome {
    run(example).await
}

/// Sends three messages, of which one is rolled back and one fails.
async fn example(address: &str) -> Outcome {
    let config = Config::new()
        .set("NAMESRV_ADDR", address)
        .set("GROUP_ID", "GID_payments_rust");
    let client = Client::new();
    let consumer = client.consumer(&config)?;
    let countdown = Countdown::new(1);
    let done = countdown.clone();
    consumer.subscribe("payments_rust", "*", move |message| {
        let done = done.clone();
        async move {
            println!("received  {}", message.key().unwrap_or_default());
            done.came(1);
            Action::CommitMessage
        }
    })?;
    consumer.start().await?;

    let accounts = Accounts::default();
    let checked = accounts.clone();
    let producer = client.transaction_producer(&config, move |message| {
        std::future::ready(checked.check(message.key().unwrap_or_default()))
    })?;
    producer.start().await?;
    for (key, amount) in [("payment-1", 100), ("payment-2", 101), ("payment-3", -1)] {
        let message = Message::new("payments_rust", amount.to_string()).key(key);
        let executer = async |_: &SendResult| accounts.pay(key, amount);
        match producer.send(message, executer).await {
            Ok(_) => println!("committed {key}"),
            // The executer's own error is the source.
            Err(error) => {
                let cause = error
                    .source()
                    .map_or("it said so".to_owned(), ToString::to_string);
                println!("{:?}: {key} ({cause})", error.kind());
            }
        }
    }
    countdown.wait().await?;

    producer.shutdown().await;
    consumer.shutdown().await;
    Ok(())
}
