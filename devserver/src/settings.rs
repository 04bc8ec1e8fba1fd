//! What a server was asked to be.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::Data;
use crate::access::Accounts;

/// The cluster's name, as a broker has it unless configured.
pub(crate) const CLUSTER: &str = "DefaultCluster";
/// The region's name, as a broker has it unless configured.
pub(crate) const REGION: &str = "DefaultRegion";
/// The largest body that a broker takes unless configured.
pub(crate) const MAX_BODY: usize = 4 * 1024 * 1024;

/// More queues of a topic than this are a mistake, and would cost memory.
pub(crate) const MAX_QUEUES: u32 = 65_536;

/// How long a half message is left alone (`transactionTimeOut`).
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(6);
/// How often producers are asked (`transactionCheckInterval`).
const TRANSACTION_CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// How long a lock lives (`rocketmq.broker.rebalance.lockMaxLiveTime`).
const LOCK_LIFE: Duration = Duration::from_secs(60);

/// The real brokers' schedule, in seconds: levels 1 to 18 (`messageDelayLevel`).
const DELAY_LEVELS: [u64; 18] = [
    1, 5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200,
];

#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) listen: SocketAddr,
    pub(crate) brokers: usize,
    pub(crate) queues: u32,
    pub(crate) auto_create_topics: bool,
    pub(crate) delay_levels: Vec<Duration>,
    pub(crate) retry_delay: Option<Duration>,
    pub(crate) check_back_delay: Option<Duration>,
    /// The console's port; `None` where there is to be no console.
    pub(crate) console: Option<u16>,
    /// How long a queue stays locked unless the lock is renewed.
    pub(crate) lock_life: Duration,
    pub(crate) accounts: Accounts,
    pub(crate) tls: bool,
    /// How many times as fast time passes for messages that wait.
    pub(crate) speed: f64,
    /// Where all is kept; in memory only without one.
    pub(crate) data: Option<Arc<dyn Data>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            brokers: 1,
            queues: 8,
            auto_create_topics: true,
            delay_levels: DELAY_LEVELS.map(Duration::from_secs).to_vec(),
            retry_delay: None,
            check_back_delay: None,
            console: Some(0),
            lock_life: LOCK_LIFE,
            accounts: Accounts::default(),
            tls: false,
            speed: 1.0,
            data: None,
        }
    }
}

impl Settings {
    /// How long a half message waits until its producer is asked of it: for the first time,
    /// and between the times. `immunity` is what the message itself asks for.
    pub(crate) fn check_back_delay(&self, is_first: bool, immunity: Option<Duration>) -> Duration {
        match self.check_back_delay {
            Some(delay) => delay,
            None if is_first => self.sped_up(immunity.unwrap_or(TRANSACTION_TIMEOUT)),
            None => self.sped_up(TRANSACTION_CHECK_INTERVAL),
        }
    }

    /// A level that the schedule has: what is above it is its last.
    pub(crate) fn clamp_level(&self, level: i32) -> usize {
        usize::try_from(level)
            .unwrap_or_default()
            .clamp(1, self.delay_levels.len().max(1))
    }

    /// How long a message of this level waits.
    pub(crate) fn delay(&self, level: usize, is_retry: bool) -> Duration {
        match self.retry_delay {
            Some(delay) if is_retry => delay,
            _ => self.sped_up(self.level(level)),
        }
    }

    fn level(&self, level: usize) -> Duration {
        level
            .checked_sub(1)
            .and_then(|at| self.delay_levels.get(at))
            .copied()
            .unwrap_or_default()
    }

    /// How long something takes that would take so long.
    pub(crate) fn sped_up(&self, wait: Duration) -> Duration {
        Duration::try_from_secs_f64(wait.as_secs_f64() / self.speed).unwrap_or(Duration::MAX)
    }
}
