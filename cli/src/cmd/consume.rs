//! `onsmq consume`.

use std::time::Duration;

use onsmq::{Action, Client, Config, Consumer, Delivery, Filter, Inbox};

use crate::account;
use crate::args::{ConnectionArgs, ConsumeArgs};
use crate::exit::{Exit, Failure, Result};
use crate::output::{Lines, MessageWriter, Reader, Written, note};
use crate::signals::Stop;
use crate::times::{self, From};

/// Most messages that are written at a time.
const AT_ONCE: usize = 64;

pub(crate) async fn consume(args: ConsumeArgs, connection: &ConnectionArgs) -> Result<Exit> {
    let stop = Stop::listen()?;
    let consumer = Client::new().consumer(&config(&args, connection)?)?;
    let inbox = consumer.inbox();
    let filter = match (&args.tag, &args.sql) {
        (_, Some(condition)) => Filter::Sql92(condition),
        (tags, None) => Filter::Tags(tags.as_deref().unwrap_or("*")),
    };
    consumer.subscribe_inbox(&args.topic, filter, &inbox)?;
    tokio::select! {
        started = consumer.start() => started?,
        () = stop.told() => return end(&consumer, Ok(Why::Stopped), None).await,
    }
    let why = receive(&args, &inbox, &stop).await;
    end(&consumer, why, args.count).await
}

fn config(args: &ConsumeArgs, connection: &ConnectionArgs) -> Result<Config> {
    let timestamp = match args.from {
        Some(From::Time(time)) => Some(times::as_property(time)),
        _ => None,
    };
    let from = args.from.map(|from| match from {
        From::Earliest => "CONSUME_FROM_FIRST_OFFSET",
        From::Latest => "CONSUME_FROM_LAST_OFFSET",
        From::Time(_) => "CONSUME_FROM_TIMESTAMP",
    });
    let given = [
        ("NAMESRV_ADDR", args.namesrv_addr.as_deref()),
        ("GROUP_ID", args.group.as_deref()),
        ("ConsumeFromWhere", from),
        ("ConsumeTimestamp", timestamp.as_deref()),
    ];
    account::config(connection, &given)
}

/// Why there are no more messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// As many came as were asked for.
    All,
    Idle {
        written: u64,
    },
    Stopped,
    NobodyReads,
}

/// Writes messages, and acknowledges those that are written.
async fn receive(args: &ConsumeArgs, inbox: &Inbox, stop: &Stop) -> Result<Why> {
    let (mut lines, writer) = (Lines::new(), MessageWriter(args.format));
    let reader = Reader::watch();
    let mut written = 0;
    loop {
        let left = args.count.map_or(u64::MAX, |count| count - written);
        if left == 0 {
            return Ok(Why::All);
        }
        let most = usize::try_from(left).unwrap_or(AT_ONCE).min(AT_ONCE);
        let deliveries = tokio::select! {
            biased;
            () = stop.told() => return Ok(Why::Stopped),
            // Before messages are taken that nobody would read.
            () = reader.gone() => return Ok(Why::NobodyReads),
            deliveries = inbox.receive(most) => deliveries,
            () = idle(args.exit_on_idle) => return Ok(Why::Idle { written }),
        };
        // Those that are not completed come again.
        if write(&mut lines, writer, &deliveries)? == Written::NobodyReads {
            return Ok(Why::NobodyReads);
        }
        for delivery in &deliveries {
            delivery.complete(Action::CommitMessage);
        }
        written += deliveries.len() as u64;
    }
}

fn write(lines: &mut Lines, writer: MessageWriter, deliveries: &[Delivery]) -> Result<Written> {
    lines.write_with(|out| {
        let mut messages = deliveries.iter().map(Delivery::message);
        messages.try_for_each(|message| writer.write(out, message))
    })
}

async fn idle(limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep(limit).await,
        None => std::future::pending().await,
    }
}

/// Commits and leaves the group.
async fn end(consumer: &Consumer, why: Result<Why>, count: Option<u64>) -> Result<Exit> {
    consumer.shutdown().await;
    match (why?, count) {
        (Why::Idle { written }, Some(count)) => {
            note(&format!("{written} of {count} messages came"));
            Err(Failure::said(Exit::Partial))
        }
        _ => Ok(Exit::Done),
    }
}
