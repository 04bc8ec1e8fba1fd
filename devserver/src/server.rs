//! The server as a whole: its sockets, its tasks and its end.

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Builder;
use crate::cluster::{BrokerInfo, Cluster, InvalidTopic};
use crate::console::{self, Console};
use crate::control::ControlError;
use crate::faults::{ActiveRule, Count, Filter, Rule};
use crate::journal;
use crate::listener::Listener;
use crate::name_server::NameServer;
use crate::node::{Common, Node, reachable};
use crate::service::Service;
use crate::settings::Settings;
use crate::tls::Tls;

/// A running name server with its brokers. Dropping it stops all of it; [`DevServer::shutdown`]
/// also waits until it has stopped.
///
/// Its methods may be called from any thread; none but the asynchronous ones waits for anything.
#[derive(Debug)]
pub struct DevServer {
    cluster: Arc<Cluster>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl DevServer {
    /// What a server should be: one broker and topics as they come, unless told otherwise.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) async fn start(settings: Settings) -> io::Result<Self> {
        let tls = settings.tls.then(Tls::new).transpose()?;
        let common = Common {
            settings: Arc::new(settings),
            tls: tls.map(Arc::new),
            ..Common::default()
        };
        if let Some(data) = &common.settings.data {
            journal::check_format(&**data)?;
        }
        let socket = TcpListener::bind(common.settings.listen).await?;
        let mut nodes = Vec::new();
        for number in 0..common.settings.brokers {
            nodes.push(Arc::new(Node::start(number, common.clone()).await?));
        }
        let cluster = Arc::new(Cluster {
            namesrv: reachable(socket.local_addr()?),
            console: OnceLock::new(),
            nodes: nodes.into(),
            faults: Arc::clone(&common.faults),
            tls: common.tls.clone(),
            name_server_counters: Arc::default(),
        });
        let service = Service::name_server(
            NameServer::new(Arc::clone(&cluster.nodes)),
            Arc::clone(&cluster.faults),
            Arc::clone(&cluster.name_server_counters),
        );
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(Listener::new(socket, service, &common).run(stopped.clone()));
        if let Some(port) = common.settings.console {
            let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            let address = socket.local_addr()?;
            cluster.console.get_or_init(|| address);
            let behind = Console::new(Arc::clone(&cluster), common.settings);
            tasks.spawn(console::Listener::new(socket, Arc::new(behind)).run(stopped));
        }
        Ok(Self {
            cluster,
            stop,
            tasks,
        })
    }

    /// The name server's address, `127.0.0.1:port`: what clients are given.
    #[must_use]
    pub fn namesrv_addr(&self) -> String {
        self.cluster.namesrv.to_string()
    }

    /// The console, `http://127.0.0.1:port`: a client of the Open API takes it as `Endpoint`, and a
    /// browser shows a page there. `None` where the server was started without.
    #[must_use]
    pub fn console_url(&self) -> Option<String> {
        self.cluster.console_url()
    }

    /// The file with the certificate that clients have to trust, where the server speaks TLS. It
    /// is deleted when the server ends.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.cluster.tls.as_deref().map(Tls::ca_file)
    }

    /// Makes a topic with so many queues at each broker, or changes the number; the messages of
    /// queues that were there stay.
    ///
    /// # Errors
    /// [`InvalidTopic`] where brokers would not take the name, or for more than 65,536 queues.
    pub fn create_topic(&self, name: &str, queues: u32) -> Result<(), InvalidTopic> {
        self.cluster.create_topic(name, queues)
    }

    /// The brokers, dead ones as well.
    #[must_use]
    pub fn brokers(&self) -> Vec<BrokerInfo> {
        self.cluster.brokers()
    }

    /// Has something go wrong from now on; gives what the rule is removed by.
    ///
    /// # Errors
    /// For a rule that could never apply.
    pub fn add_fault(&self, rule: Rule) -> Result<u64, ControlError> {
        self.cluster.add_fault(rule)
    }

    /// Whether there was such a rule.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.cluster.faults.remove(id)
    }

    /// Removes all rules. What they did stays done: connections that are not read are not read
    /// again.
    pub fn clear_faults(&self) {
        self.cluster.faults.clear();
    }

    /// The rules that were added and not removed, and how often each has applied.
    #[must_use]
    pub fn faults(&self) -> Vec<ActiveRule> {
        self.cluster.faults.all()
    }

    /// How many requests were received, the failed ones as well.
    #[must_use]
    pub fn received(&self, filter: &Filter) -> u64 {
        self.cluster.received(filter)
    }

    /// What was received, by server, code and topic.
    #[must_use]
    pub fn counters(&self, filter: &Filter) -> Vec<Count> {
        self.cluster.counts(filter)
    }

    /// Counts from zero again.
    pub fn reset_counters(&self) {
        self.cluster.reset_counts();
    }

    /// Has the locks of ordered consumers run out: of one group, or of all.
    pub fn expire_locks(&self, group: Option<&str>) {
        self.cluster.expire_locks(group);
    }

    /// Kills a broker: its connections and its port are closed, and the name server knows it no
    /// more. One that is dead stays so.
    ///
    /// # Errors
    /// Where there is no such broker, or the system does not leave its port to this server.
    pub async fn kill_broker(&self, name: &str) -> io::Result<()> {
        self.cluster.node(name)?.kill().await
    }

    /// Starts a broker again on its old port, with its messages, topics and offsets or with none
    /// of them. One that is alive is killed first. Locks and clients are forgotten either way.
    ///
    /// # Errors
    /// Where there is no such broker, or it cannot listen.
    pub async fn restart_broker(&self, name: &str, keep_data: bool) -> io::Result<()> {
        self.cluster.node(name)?.restart(keep_data).await
    }

    /// Does what a JSON text asks for, and answers in JSON: the same as the methods here, for
    /// other languages and for HTTP. `docs/dev-server.md` lists the commands.
    ///
    /// # Errors
    /// For a text that is no command, and where the command cannot be done.
    pub async fn control(&self, command: &str) -> Result<String, ControlError> {
        self.cluster.control(command).await
    }

    /// Stops the server and waits until its sockets are closed.
    pub async fn shutdown(mut self) {
        // All receivers may be gone already: then there is nobody to tell.
        let _ = self.stop.send(true);
        for node in &*self.cluster.nodes {
            node.stop().await;
        }
        while self.tasks.join_next().await.is_some() {}
    }
}
