//! A broker's place: its name and its port stay, while the broker there is killed and comes
//! again.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::RwLock;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

use crate::broker::{Broker, broker_name};
use crate::faults::{Counters, Faults};
use crate::journal::Journal;
use crate::listener::Listener;
use crate::service::Service;
use crate::settings::Settings;
use crate::tls::Tls;

/// How many connections may wait to be accepted, as the standard library has it.
const BACKLOG: u32 = 1024;

/// What all servers of a process have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Common {
    pub(crate) settings: Arc<Settings>,
    pub(crate) faults: Arc<Faults>,
    /// Numbers the connections.
    pub(crate) ids: Arc<AtomicU64>,
    pub(crate) tls: Option<Arc<Tls>>,
}

/// A broker that can be killed and started again.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    /// Under which clients reach it.
    pub(crate) address: SocketAddr,
    pub(crate) counters: Arc<Counters>,
    number: usize,
    /// On which it listens.
    bound: SocketAddr,
    common: Common,
    journal: Journal,
    broker: RwLock<Arc<Broker>>,
    is_running: AtomicBool,
    life: Mutex<Life>,
}

#[derive(Debug)]
enum Life {
    Running {
        stop: watch::Sender<bool>,
        tasks: JoinSet<()>,
    },
    /// The port is kept from others, and nobody listens on it.
    Dead { port: TcpSocket },
    /// The whole server has ended.
    Stopped,
}

impl Node {
    /// Starts a broker on the port that it had, or on one of the system's choice.
    pub(crate) async fn start(number: usize, common: Common) -> io::Result<Self> {
        let journal = Journal::new(common.settings.data.as_ref(), number);
        let name = broker_name(number);
        let socket = listen(&name, common.settings.listen.ip(), &journal).await?;
        let bound = socket.local_addr()?;
        let address = reachable(bound);
        let settings = Arc::clone(&common.settings);
        let broker = Broker::new(number, address, settings, journal.clone())?;
        let node = Self {
            name,
            address,
            counters: Arc::default(),
            number,
            bound,
            common,
            journal,
            broker: RwLock::new(Arc::new(broker)),
            is_running: AtomicBool::new(false),
            life: Mutex::new(Life::Stopped),
        };
        *node.life.lock().await = node.run(socket);
        Ok(node)
    }

    /// The broker there, also while it is dead.
    pub(crate) fn broker(&self) -> Arc<Broker> {
        Arc::clone(&self.broker.read())
    }

    /// The broker there, if it is alive: what a name server knows of.
    pub(crate) fn running(&self) -> Option<Arc<Broker>> {
        self.is_running().then(|| self.broker())
    }

    pub(crate) fn is_running(&self) -> bool {
        self.is_running.load(Ordering::Acquire)
    }

    /// Closes all connections and the port, as a process that dies does.
    pub(crate) async fn kill(&self) -> io::Result<()> {
        let mut life = self.life.lock().await;
        if matches!(*life, Life::Running { .. }) {
            self.end(&mut life).await;
            *life = Life::Dead {
                port: reserve(self.bound)?,
            };
        }
        Ok(())
    }

    /// Starts the broker again on its port; one that is alive is killed first.
    pub(crate) async fn restart(&self, keep_data: bool) -> io::Result<()> {
        self.kill().await?;
        let mut life = self.life.lock().await;
        let Life::Dead { port } = std::mem::replace(&mut *life, Life::Stopped) else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        if keep_data {
            self.broker().expire_locks(None);
        } else {
            self.journal.clear()?;
            let (settings, journal) = (Arc::clone(&self.common.settings), self.journal.clone());
            let empty = Broker::new(self.number, self.address, settings, journal)?;
            *self.broker.write() = Arc::new(empty);
        }
        *life = self.run(port.listen(BACKLOG)?);
        Ok(())
    }

    /// Ends for good.
    pub(crate) async fn stop(&self) {
        let mut life = self.life.lock().await;
        self.end(&mut life).await;
    }

    async fn end(&self, life: &mut Life) {
        self.is_running.store(false, Ordering::Release);
        if let Life::Running { stop, mut tasks } = std::mem::replace(life, Life::Stopped) {
            // All receivers may be gone already: then there is nobody to tell.
            let _ = stop.send(true);
            while tasks.join_next().await.is_some() {}
        }
    }

    fn run(&self, socket: TcpListener) -> Life {
        let broker = self.broker();
        let (stop, stopped) = watch::channel(false);
        let service = Service::broker(
            Arc::clone(&broker),
            Arc::clone(&self.common.faults),
            Arc::clone(&self.counters),
        );
        let listener = Listener::new(socket, service, &self.common);
        let mut tasks = JoinSet::new();
        tasks.spawn(listener.run(stopped.clone()));
        tasks.spawn(broker.run_schedule(stopped));
        self.is_running.store(true, Ordering::Release);
        Life::Running { stop, tasks }
    }
}

/// Listens on the port that a broker had; where there is none, or it is somebody else's now, on
/// another one, which is kept.
async fn listen(name: &str, ip: IpAddr, journal: &Journal) -> io::Result<TcpListener> {
    if let Some(port) = journal.port()? {
        match TcpListener::bind((ip, port)).await {
            Ok(socket) => return Ok(socket),
            Err(error) => tracing::warn!(
                "{name} had port {port}, and takes another one: {error}. Messages from before are \
                 not found by the ids that they had"
            ),
        }
    }
    let socket = TcpListener::bind((ip, 0)).await?;
    journal.port_taken(socket.local_addr()?.port())?;
    Ok(socket)
}

/// Binds a port without listening: who connects is refused, and nobody else gets it.
fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// The address under which a socket on this machine is reached.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
