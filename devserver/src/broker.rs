//! A broker: its topics, groups and offsets, and who serves which request.

mod admin;
mod batch;
mod check_back;
mod clients;
mod delay;
mod find;
mod groups;
mod locks;
mod lookup;
mod offsets;
mod operator;
mod properties;
mod pull;
mod put;
mod restore;
mod schedule;
mod send;
mod send_back;
mod send_header;
mod send_here;
mod statistics;
mod throughput;
mod topics;
mod transactions;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use onsmq_proto::codec::{Command, RequestCode};
use onsmq_proto::message::id::UniqueIds;
use tokio::sync::watch;

use crate::answer::{Answered, Refusal};
use crate::clock;
use crate::journal::{Journal, Position};
use crate::name_server::unsupported;
use crate::peer::Peer;
use crate::service::Context;
use crate::settings::Settings;
use crate::store::{Log, Topics};

pub(crate) use find::latest;
pub(crate) use groups::{GroupView, Member};
pub(crate) use operator::{Progress, stored_between};
pub(crate) use send_here::Parcel;
pub(crate) use topics::{check_name as check_topic_name, group_of_retry_topic};

/// A broker. Every part has its own lock, under which it writes into the journal, and no two are held
/// at once, but for a queue's, under which addresses of the log are taken, and the topics', under
/// which the queues of one that goes are closed.
#[derive(Debug)]
pub(crate) struct Broker {
    pub(crate) name: String,
    pub(crate) topics: Topics,
    pub(crate) log: Log,
    settings: Arc<Settings>,
    journal: Journal,
    groups: groups::Groups,
    offsets: offsets::Offsets,
    locks: locks::QueueLocks,
    schedule: schedule::Schedule,
    halves: transactions::Undecided,
    throughput: throughput::Throughput,
    /// For messages that come without a unique id.
    unique_ids: UniqueIds,
}

impl Broker {
    /// A broker with what its journal has.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub(crate) fn new(
        number: usize,
        address: SocketAddr,
        settings: Arc<Settings>,
        journal: Journal,
    ) -> io::Result<Self> {
        let this = Self {
            name: broker_name(number),
            topics: Topics::new(journal.clone()),
            log: Log::new(address, journal.clone()),
            locks: locks::QueueLocks::new(settings.lock_life),
            settings,
            groups: groups::Groups::new(journal.clone()),
            offsets: offsets::Offsets::new(journal.clone()),
            journal,
            schedule: schedule::Schedule::default(),
            halves: transactions::Undecided::default(),
            throughput: throughput::Throughput::default(),
            unique_ids: UniqueIds::new(
                std::net::Ipv4Addr::LOCALHOST,
                std::process::id(),
                u32::from(address.port()),
            ),
        };
        this.create_system_topics();
        this.restore()?;
        Ok(this)
    }

    /// Serves a request, if who asks may ask for it: each code has its file.
    pub(crate) fn serve(&self, context: &Context<'_>, request: &Command) -> Answered {
        self.settings.accounts.check(request)?;
        match request.request_code() {
            RequestCode::SEND_MESSAGE
            | RequestCode::SEND_MESSAGE_V2
            | RequestCode::SEND_BATCH_MESSAGE => self.send(context, request),
            RequestCode::PULL_MESSAGE | pull::LITE_PULL_MESSAGE => self.pull(context, request),
            RequestCode::QUERY_CONSUMER_OFFSET => self.query_offset(request),
            RequestCode::UPDATE_CONSUMER_OFFSET => self.update_offset(request),
            RequestCode::HEART_BEAT => self.heartbeat(context, request),
            RequestCode::UNREGISTER_CLIENT => self.unregister_client(context, request),
            RequestCode::GET_CONSUMER_LIST_BY_GROUP => self.consumer_list(request),
            RequestCode::CHECK_CLIENT_CONFIG => self.check_client_config(request),
            RequestCode::CONSUMER_SEND_MSG_BACK => self.send_back(request),
            RequestCode::END_TRANSACTION => self.end_transaction(request),
            RequestCode::LOCK_BATCH_MQ => self.lock_queues(request),
            RequestCode::UNLOCK_BATCH_MQ => self.unlock_queues(request),
            RequestCode::GET_MAX_OFFSET => self.max_offset(request),
            RequestCode::GET_MIN_OFFSET => self.min_offset(request),
            RequestCode::SEARCH_OFFSET_BY_TIMESTAMP => self.offset_by_time(request),
            RequestCode::GET_EARLIEST_MSG_STORETIME => self.earliest_store_time(request),
            RequestCode::VIEW_MESSAGE_BY_ID => self.view_message(request),
            RequestCode::QUERY_MESSAGE => self.query_message(request),
            RequestCode::UPDATE_AND_CREATE_TOPIC => self.update_topic(request),
            statistics::GET_BROKER_RUNTIME_INFO => self.runtime_info(),
            statistics::GET_TOPIC_STATS_INFO => self.topic_stats(request),
            statistics::GET_TOPIC_CONFIG => self.topic_config(request),
            statistics::GET_CONSUMER_CONNECTION_LIST => self.consumer_connections(request),
            statistics::GET_CONSUME_STATS => self.consume_stats(request),
            statistics::INVOKE_BROKER_TO_RESET_OFFSET => self.reset_by_operator(request),
            statistics::QUERY_TOPIC_CONSUME_BY_WHO => self.groups_by_topic(request),
            other => Err(unsupported(other)),
        }
    }

    /// Has the locks of a group, or of all, run out.
    pub(crate) fn expire_locks(&self, group: Option<&str>) {
        self.locks.expire(group);
    }

    /// A connection is gone: its clients leave their groups.
    pub(crate) fn disconnected(&self, peer: &Peer) {
        self.groups.disconnect(peer);
    }

    /// Delivers delayed messages, and asks about half messages, as their times come.
    pub(crate) async fn run_schedule(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                due = self.schedule.next_due() => {
                    self.deliver(&due);
                    // Many may be due at once: others are to run between them.
                    tokio::task::coop::consume_budget().await;
                }
                _ = stop.changed() => return,
            }
        }
    }

    fn deliver(&self, due: &schedule::Due) {
        let Some(message) = due.queue.message(due.offset) else {
            return;
        };
        let delivered = match message.topic() {
            topics::HALF => self.check_back(&message),
            _ => self.deliver_delayed(&message),
        };
        // Not before: it may come twice, but not never. Where it could not be written, neither can
        // this, and the next start delivers it.
        let place = Position {
            topic: due.queue.topic(),
            queue_id: due.queue.id(),
            offset: due.offset,
        };
        let kept = self.journal.delivered(place).map_err(Refusal::from);
        if let Err(refusal) = delivered.and(kept) {
            tracing::warn!(?refusal, "a message that waited cannot be delivered");
        }
    }

    /// A unique id for a message that came without.
    fn unique_id(&self) -> String {
        // Java counts from the first of the month; only that it grows and fits matters here.
        let month = 30 * 24 * 60 * 60 * 1000;
        let time = u32::try_from(clock::now_ms() % month).unwrap_or_default();
        self.unique_ids.next(time).to_string()
    }
}

/// `broker-a` to `broker-z`, then by number.
pub(crate) fn broker_name(number: usize) -> String {
    match u8::try_from(number) {
        Ok(number @ 0..26) => format!("broker-{}", char::from(b'a' + number)),
        _ => format!("broker-{number}"),
    }
}
