//! Name servers and brokers that belong together.

use std::path::Path;

use super::builder::{Builder, Options};
use super::config;
use super::error::Error;
use super::folder::Folder;
use super::java::Java;
use super::server::{Role, Server};
use super::tls::{Identity, TlsFiles};
use super::version::Version;

/// A running cluster. Dropping it stops all servers and removes their files.
#[derive(Debug)]
pub struct Cluster {
    pub(super) options: Options,
    pub(super) java: Java,
    tls: Option<TlsFiles>,
    // Before the folder: servers stop before their files go.
    pub(super) namesrvs: Vec<Server>,
    pub(super) brokers: Vec<Server>,
    pub(super) folder: Folder,
}

impl Cluster {
    /// Begins the description of a cluster.
    pub fn builder(version: Version) -> Builder {
        Builder::new(version)
    }

    pub(super) fn launch(options: Options) -> Result<Self, Error> {
        let folder = Folder::create()?;
        let path = folder.path();
        let tls = options
            .tls
            .clone()
            .map(|tls| TlsFiles::create(&path.join("tls"), tls))
            .transpose()?;
        let mut cluster = Self {
            java: Java::new(&options, &folder)?,
            namesrvs: servers(Role::NameServer, options.namesrvs, path)?,
            brokers: servers(Role::Broker, options.brokers, path)?,
            options,
            tls,
            folder,
        };
        cluster.spawn_all()?;
        cluster.wait_accepting()?;
        cluster.create_accounts()?;
        for (topic, queues) in cluster.options.topics.clone() {
            cluster.create_topic_on_brokers(&topic, queues)?;
        }
        cluster.wait_ready()?;
        Ok(cluster)
    }

    /// The version of all servers.
    pub fn version(&self) -> Version {
        self.options.version
    }

    /// The addresses of all name servers, as clients are configured: joined by `;`.
    pub fn namesrv_addr(&self) -> String {
        let addresses: Vec<_> = self.namesrvs.iter().map(Server::address).collect();
        addresses.join(";")
    }

    /// The certificate that clients have to trust, if there is TLS.
    pub fn ca_file(&self) -> Option<&Path> {
        self.tls.as_ref().map(|files| files.ca.as_path())
    }

    /// What a client may show of itself, if there is TLS.
    pub fn client_identity(&self) -> Option<&Identity> {
        self.tls.as_ref().map(|files| &files.client)
    }

    /// Where the servers' files and logs are: one folder each, named like the server.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills a server (SIGKILL) and returns when its process is gone.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is no such server, or it is down already.
    pub fn kill(&mut self, name: &str) -> Result<(), Error> {
        let server = self.server_mut(name)?;
        if !server.is_started() {
            return Err(Error::Usage(format!(
                "{name} is down already: start it first"
            )));
        }
        server.kill();
        Ok(())
    }

    /// Starts a killed server again, with its ports and data, and waits until every running name
    /// server has the route to every running broker.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is no such server, or it runs; [`Error::Died`] and
    /// [`Error::NotReady`] if it does not start.
    pub fn start(&mut self, name: &str) -> Result<(), Error> {
        if self.server_mut(name)?.is_started() {
            return Err(Error::Usage(format!("{name} runs already: kill it first")));
        }
        if let Some(index) = self.namesrvs.iter().position(|server| server.name == name) {
            self.namesrvs[index].spawn(&self.java, self.tls.as_ref())?;
        } else if let Some(index) = self.brokers.iter().position(|server| server.name == name) {
            self.spawn_broker(index)?;
        }
        self.wait_accepting()?;
        // A name server knows nobody when it is new.
        self.remind_brokers();
        self.wait_ready()
    }

    /// Kills a server if it runs, and starts it.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn restart(&mut self, name: &str) -> Result<(), Error> {
        self.server_mut(name)?.kill();
        self.start(name)
    }

    fn spawn_all(&mut self) -> Result<(), Error> {
        for (index, server) in self.namesrvs.iter_mut().enumerate() {
            config::write_home(&server.home, self.options.acl)?;
            config::write_namesrv_conf(&server.home, server.port())?;
            if let Some(tls) = &self.tls {
                tls.configure(&server.home, Some(index))?;
            }
            server.spawn(&self.java, self.tls.as_ref())?;
        }
        for index in 0..self.brokers.len() {
            config::write_home(&self.brokers[index].home, self.options.acl)?;
            if let Some(tls) = &self.tls {
                tls.configure(&self.brokers[index].home, None)?;
            }
            self.spawn_broker(index)?;
        }
        Ok(())
    }

    /// The configuration is written at each start, since a broker rewrites its own.
    fn spawn_broker(&mut self, index: usize) -> Result<(), Error> {
        let namesrv_addr = self.namesrv_addr();
        let server = &mut self.brokers[index];
        let (name, port) = (server.name.clone(), server.port());
        config::write_broker_conf(&server.home, &name, port, &namesrv_addr, &self.options)?;
        server.spawn(&self.java, self.tls.as_ref())
    }

    fn server_mut(&mut self, name: &str) -> Result<&mut Server, Error> {
        let known: Vec<_> = self.servers().map(|server| server.name.clone()).collect();
        self.servers_mut()
            .find(|server| server.name == name)
            .ok_or_else(|| {
                Error::Usage(format!("no server `{name}`: there is {}", known.join(", ")))
            })
    }

    pub(super) fn servers(&self) -> impl Iterator<Item = &Server> {
        self.namesrvs.iter().chain(&self.brokers)
    }

    pub(super) fn servers_mut(&mut self) -> impl Iterator<Item = &mut Server> {
        self.namesrvs.iter_mut().chain(&mut self.brokers)
    }
}

fn servers(role: Role, number: usize, folder: &Path) -> Result<Vec<Server>, Error> {
    let name = |index: usize| match role {
        Role::NameServer => format!("namesrv-{index}"),
        Role::Broker => format!("broker-{}", char::from(b'a'.wrapping_add(index as u8))),
    };
    (0..number)
        .map(|index| Server::new(role, name(index), folder))
        .collect()
}
