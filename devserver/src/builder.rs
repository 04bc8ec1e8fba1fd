//! How a server is asked for.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::access::Account;
use crate::settings::{MAX_QUEUES, Settings};
use crate::{Data, DevServer};

/// What a server should be; see [`DevServer::builder`].
#[derive(Debug, Clone, Default)]
#[must_use = "a server runs once it is started"]
pub struct Builder {
    settings: Settings,
}

impl Builder {
    /// Where the name server listens: `127.0.0.1:0` by default, a port of the system's choice.
    ///
    /// The brokers listen on the same address, on ports of the system's choice. Where it is the
    /// unspecified one, routes name them by the loopback address.
    pub const fn listen(mut self, address: SocketAddr) -> Self {
        self.settings.listen = address;
        self
    }

    /// How many brokers there are: 1 by default, and at least. They are `broker-a`, `broker-b`...
    pub fn brokers(mut self, brokers: usize) -> Self {
        self.settings.brokers = brokers.max(1);
        self
    }

    /// How many queues a topic gets at each broker when it is made on the first message: 8 by
    /// default. Clients ask for 4 at most, unless told otherwise.
    pub fn queues(mut self, queues: u32) -> Self {
        self.settings.queues = queues.clamp(1, MAX_QUEUES);
        self
    }

    /// Whether topics are made on the first message: so by default.
    pub const fn auto_create_topics(mut self, auto_create: bool) -> Self {
        self.settings.auto_create_topics = auto_create;
        self
    }

    /// How long a failed message waits before it comes again, whatever its count: for tests that
    /// do not want to wait for the brokers' schedule, which begins with 10 s.
    pub const fn retry_delay(mut self, delay: Duration) -> Self {
        self.settings.retry_delay = Some(delay);
        self
    }

    /// How long a half message stays undecided before its producer is asked, and asked again:
    /// 6 s and 30 s by default, the first unless the message says otherwise.
    pub const fn check_back_delay(mut self, delay: Duration) -> Self {
        self.settings.check_back_delay = Some(delay);
        self
    }

    /// How long a queue stays locked for an ordered consumer unless the lock is renewed: 60 s by
    /// default. Clients renew every 20 s.
    pub const fn lock_life(mut self, life: Duration) -> Self {
        self.settings.lock_life = life;
        self
    }

    /// The delays of levels 1, 2, 3... instead of the brokers' `1s 5s 10s 30s 1m ... 2h`. Retries
    /// take them from level 3 on, unless there is a [`Builder::retry_delay`].
    pub fn delay_levels(mut self, levels: impl IntoIterator<Item = Duration>) -> Self {
        self.settings.delay_levels = levels.into_iter().collect();
        self
    }

    /// Whether there is a console: the Open API and a web page over HTTP, at a port of loopback.
    /// There is one by default, on a port of the system's choice.
    pub fn console(mut self, console: bool) -> Self {
        self.settings.console = console.then(|| self.settings.console.unwrap_or(0));
        self
    }

    /// The console's port; 0, the default, for one of the system's choice.
    pub const fn console_port(mut self, port: u16) -> Self {
        self.settings.console = Some(port);
        self
    }

    /// Has brokers ask for signed requests, and adds an account. Without any, nobody is asked.
    pub fn account(mut self, account: Account) -> Self {
        self.settings.accounts.add(account);
        self
    }

    /// Has the server speak TLS as well, to who begins with it: with a certificate for this
    /// machine's loopback that is made at the start, and that [`DevServer::ca_file`] vouches for.
    pub const fn tls(mut self, tls: bool) -> Self {
        self.settings.tls = tls;
        self
    }

    /// How many times as fast time passes for messages that wait: delayed and timed ones, retries
    /// and check-backs. 1.0 by default; what is not positive and finite is taken as 1.0. A
    /// [`Builder::retry_delay`] and a [`Builder::check_back_delay`] stay as they are.
    pub fn speed(mut self, speed: f64) -> Self {
        let is_speed = speed.is_finite() && speed > 0.0;
        self.settings.speed = if is_speed { speed } else { 1.0 };
        self
    }

    /// Has topics, messages, offsets, groups and what waits kept there, and takes up what is there
    /// already, as after the end of a server or of its process. The brokers take their ports again,
    /// which message ids name; where one is not to be had, they take another one, and a warning is
    /// logged. Without it all is in memory only.
    ///
    /// No two servers may use one at once.
    pub fn data(mut self, data: Arc<dyn Data>) -> Self {
        self.settings.data = Some(data);
        self
    }

    /// Starts the server on the current tokio runtime.
    ///
    /// # Errors
    /// Where an address cannot be listened on, or the data cannot be read.
    pub async fn start(self) -> io::Result<DevServer> {
        DevServer::start(self.settings).await
    }
}
