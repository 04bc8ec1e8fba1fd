//! The task that drives an instance: one table of timers, the servers' requests, and what members
//! ask for. Whatever waits for a network runs beside it.

use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::machine::Timers;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::inbound;
use super::shared::Instance;
use crate::net::Inbound;

/// What is due by the clock (`wire.md`, section 2, "running").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Timer {
    /// Show the groups and subscriptions to all brokers.
    Heartbeat,
    /// Ask the address server for the name servers, where there is one.
    NameServers,
    /// Ask for the routes of all topics in use.
    Routes,
    /// Ask for the routes of topics that consumers wait for.
    MissingTopics,
    /// Divide the queues anew.
    Rebalance,
    /// Commit the offsets.
    Commit,
    /// Renew the locks of queues.
    Locks,
    /// Look for messages that their listeners take too long over.
    Expiry,
}

const HEARTBEAT: Duration = Duration::from_secs(30);
/// Name servers that were just told may be those of a moment ago.
const NAME_SERVERS_FIRST: Duration = Duration::from_secs(10);
const NAME_SERVERS: Duration = Duration::from_secs(90);
const ROUTES: Duration = Duration::from_secs(30);
const REBALANCE: Duration = Duration::from_secs(20);
const COMMIT: Duration = Duration::from_secs(5);
const LOCKS: Duration = Duration::from_secs(20);
/// Listeners may take minutes.
const EXPIRY: Duration = Duration::from_secs(30);
/// A topic that a consumer waits for is asked for after this, then less often.
const MISSING_FIRST: Duration = Duration::from_millis(100);
const MISSING_LATER: Duration = Duration::from_secs(3);

/// What members ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    Heartbeat,
    Rebalance,
    MissingTopics,
    Routes,
}

pub(super) struct Driver {
    instance: Arc<Instance>,
    wakes: mpsc::UnboundedReceiver<Wake>,
    requests: mpsc::UnboundedReceiver<Inbound>,
    connections: mpsc::UnboundedReceiver<Arc<str>>,
    timers: Timers<Timer>,
    missing_pause: Duration,
    /// The look-up that is under way: a slow name server is not asked twice at once.
    looking_up: Option<JoinHandle<()>>,
}

impl Driver {
    pub(super) fn new(
        instance: Arc<Instance>,
        wakes: mpsc::UnboundedReceiver<Wake>,
        requests: mpsc::UnboundedReceiver<Inbound>,
        connections: mpsc::UnboundedReceiver<Arc<str>>,
    ) -> Self {
        let now = Instant::now();
        let mut timers = Timers::default();
        for (timer, pause) in [
            // A producer's brokers are known only after its first sends.
            (Timer::Heartbeat, Duration::from_secs(1)),
            (Timer::Routes, ROUTES),
            (Timer::Rebalance, REBALANCE),
            (Timer::Commit, COMMIT),
            (Timer::Locks, LOCKS),
            (Timer::Expiry, EXPIRY),
        ] {
            timers.set(timer, (now + pause).into_std());
        }
        if instance.has_address_server() {
            timers.set(Timer::NameServers, (now + NAME_SERVERS_FIRST).into_std());
        }
        Self {
            instance,
            wakes,
            requests,
            connections,
            timers,
            missing_pause: MISSING_FIRST,
            looking_up: None,
        }
    }

    pub(super) async fn run(mut self, closing: CancellationToken) {
        loop {
            let next = self.timers.next_timeout().map(Instant::from_std);
            let next = next.unwrap_or_else(|| Instant::now() + HEARTBEAT);
            tokio::select! {
                () = closing.cancelled() => return,
                () = tokio::time::sleep_until(next) => self.handle_timers(),
                Some(wake) = self.wakes.recv() => self.handle_wake(wake),
                Some(request) = self.requests.recv() => inbound::handle(&self.instance, request),
                Some(address) = self.connections.recv() => self.handle_connected(address),
            }
        }
    }

    fn handle_timers(&mut self) {
        let now = Instant::now();
        while let Some(timer) = self.timers.expire(now.into_std()) {
            let pause = match timer {
                Timer::Heartbeat => {
                    self.heartbeat();
                    HEARTBEAT
                }
                Timer::NameServers => {
                    self.find_name_servers();
                    NAME_SERVERS
                }
                Timer::Routes => {
                    let known = self.instance.routes.known();
                    self.look_up(known);
                    ROUTES
                }
                Timer::MissingTopics => match self.look_up_missing() {
                    Some(pause) => pause,
                    None => continue,
                },
                Timer::Rebalance => {
                    self.rebalance();
                    REBALANCE
                }
                Timer::Commit => {
                    self.instance.consumers().iter().for_each(|it| it.commit());
                    COMMIT
                }
                Timer::Expiry => {
                    self.instance.consumers().iter().for_each(|it| it.expire());
                    EXPIRY
                }
                Timer::Locks => {
                    self.instance
                        .consumers()
                        .iter()
                        .for_each(|it| it.renew_locks());
                    LOCKS
                }
            };
            self.timers.set(timer, (now + pause).into_std());
        }
    }

    fn handle_wake(&mut self, wake: Wake) {
        match wake {
            Wake::Heartbeat => self.heartbeat(),
            Wake::Rebalance => self.rebalance(),
            Wake::Routes => self.timers.set(Timer::Routes, Instant::now().into_std()),
            Wake::MissingTopics => {
                self.missing_pause = MISSING_FIRST;
                let due = Instant::now() + MISSING_FIRST;
                self.timers
                    .set_earlier(Timer::MissingTopics, due.into_std());
            }
        }
    }

    /// A broker that restarted has forgotten this client: it is told at once, then the members of
    /// the groups are known there again.
    fn handle_connected(&self, address: Arc<str>) {
        if !self
            .instance
            .routes
            .broker_addresses()
            .iter()
            .any(|it| **it == *address)
        {
            return;
        }
        let instance = Arc::clone(&self.instance);
        tokio::spawn(async move {
            let _ = instance.heartbeat(&address).await;
            instance.wake(Wake::Rebalance);
        });
    }

    fn heartbeat(&self) {
        let instance = Arc::clone(&self.instance);
        tokio::spawn(async move { drop(instance.heartbeat_all().await) });
    }

    fn rebalance(&self) {
        self.instance
            .consumers()
            .iter()
            .for_each(|it| it.rebalance());
    }

    fn find_name_servers(&self) {
        let instance = Arc::clone(&self.instance);
        tokio::spawn(async move {
            if instance.refresh_name_servers().await {
                instance.wake(Wake::Routes);
            }
        });
    }

    /// Asks for routes beside the driver; consumers are told of what changed.
    fn look_up(&mut self, topics: Vec<Arc<str>>) {
        if topics.is_empty() || self.looking_up.as_ref().is_some_and(|it| !it.is_finished()) {
            return;
        }
        let instance = Arc::clone(&self.instance);
        self.looking_up = Some(tokio::spawn(async move {
            if instance.refresh_routes(&topics).await {
                // New brokers are to know the groups before they are pulled from.
                let _ = instance.heartbeat_all().await;
                instance.wake(Wake::Rebalance);
            }
        }));
    }

    /// The pause until the next look; `None` where nothing is missing.
    fn look_up_missing(&mut self) -> Option<Duration> {
        let missing = self.instance.routes.missing();
        if missing.is_empty() {
            return None;
        }
        // Thousands of missing topics must not keep the name servers busy.
        let pause = self
            .missing_pause
            .max(Duration::from_millis(10) * missing.len() as u32);
        self.missing_pause = (self.missing_pause * 2).min(MISSING_LATER);
        self.look_up(missing);
        Some(pause)
    }
}
