//! The server as a whole: its sockets, its tasks and its end.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Builder;
use crate::broker::Broker;
use crate::console::{self, Console};
use crate::listener::Listener;
use crate::name_server::NameServer;
use crate::service::Service;
use crate::settings::{MAX_QUEUES, Settings};
use crate::store::TopicConfig;

/// A running name server with its brokers. Dropping it stops all of it; [`DevServer::shutdown`]
/// also waits until it has stopped.
#[derive(Debug)]
pub struct DevServer {
    namesrv: SocketAddr,
    console: Option<SocketAddr>,
    brokers: Vec<Arc<Broker>>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// A topic that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidTopic(String);

impl std::fmt::Display for InvalidTopic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no such topic can be made: {}", self.0)
    }
}

impl std::error::Error for InvalidTopic {}

impl DevServer {
    /// What a server should be: one broker and topics as they come, unless told otherwise.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) async fn start(settings: Settings) -> io::Result<Self> {
        let settings = Arc::new(settings);
        let (stop, stopped) = watch::channel(false);
        let ids = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        let name_server = TcpListener::bind(settings.listen).await?;
        let namesrv = reachable(name_server.local_addr()?);
        let mut brokers = Vec::new();
        for number in 0..settings.brokers {
            let socket = TcpListener::bind((settings.listen.ip(), 0)).await?;
            let address = reachable(socket.local_addr()?);
            let broker = Arc::new(Broker::new(number, address, Arc::clone(&settings)));
            let service = Arc::new(Service::Broker(Arc::clone(&broker)));
            let listener = Listener::new(socket, service, Arc::clone(&ids));
            tasks.spawn(listener.run(stopped.clone()));
            tasks.spawn(Arc::clone(&broker).run_schedule(stopped.clone()));
            brokers.push(broker);
        }
        let service = Arc::new(Service::NameServer(NameServer::new(brokers.clone())));
        let listener = Listener::new(name_server, service, ids);
        tasks.spawn(listener.run(stopped.clone()));
        let mut console = None;
        if let Some(port) = settings.console {
            let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            console = Some(socket.local_addr()?);
            let behind = Console::new(brokers.clone(), namesrv, settings);
            let listener = console::Listener::new(socket, Arc::new(behind));
            tasks.spawn(listener.run(stopped));
        }
        Ok(Self {
            namesrv,
            console,
            brokers,
            stop,
            tasks,
        })
    }

    /// The name server's address, `127.0.0.1:port`: what clients are given.
    #[must_use]
    pub fn namesrv_addr(&self) -> String {
        self.namesrv.to_string()
    }

    /// The console, `http://127.0.0.1:port`: a client of the Open API takes it as `Endpoint`, and a
    /// browser shows a page there. `None` where the server was started without.
    #[must_use]
    pub fn console_url(&self) -> Option<String> {
        self.console.map(|address| format!("http://{address}"))
    }

    /// Makes a topic with so many queues at each broker, or changes the number; the messages of
    /// queues that were there stay.
    ///
    /// # Errors
    /// [`InvalidTopic`] where brokers would not take the name, or for more than 65,536 queues.
    pub fn create_topic(&self, name: &str, queues: u32) -> Result<(), InvalidTopic> {
        crate::broker::check_topic_name(name).map_err(|why| InvalidTopic(why.to_owned()))?;
        if queues > MAX_QUEUES {
            return Err(InvalidTopic(format!("{queues} queues are too many")));
        }
        for broker in &self.brokers {
            broker.topics.set(name, TopicConfig::new(queues));
        }
        Ok(())
    }

    /// Stops the server and waits until its sockets are closed.
    pub async fn shutdown(mut self) {
        // All receivers may be gone already: then there is nobody to tell.
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// The address under which a socket on this machine is reached.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
