//! Where the name servers of an instance come from.

use std::time::Duration;

use tokio::sync::Mutex;
use tracing::{debug, info, warn};

use super::shared::Instance;
use crate::Result;
use crate::config::{ClientConfig, Discovery};
use crate::net::{AddressServer, NameServers};

/// The pauses after looks at start that failed; the one after them is the last.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// The name servers that were given, or who knows them.
pub(super) struct Finder {
    given: Vec<String>,
    address_server: Option<AddressServer>,
    /// Held by the member that asks at start: others find the answer afterwards.
    asking: Mutex<()>,
}

impl Finder {
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub(super) fn new(config: &ClientConfig) -> Result<Self> {
        let (given, address_server) = match &config.discovery {
            Discovery::NameServers(given) => (given.clone(), None),
            Discovery::AddressServer(url) => {
                (Vec::new(), Some(AddressServer::new(url, &config.tls)?))
            }
        };
        Ok(Self {
            given,
            address_server,
            asking: Mutex::default(),
        })
    }

    /// Those that are known from the start.
    pub(super) fn name_servers(&self) -> NameServers {
        NameServers::new(self.given.clone())
    }
}

impl Instance {
    pub(super) fn has_address_server(&self) -> bool {
        self.finder.address_server.is_some()
    }

    /// Sees to it that name servers are known: at start, an address server is asked a few times.
    ///
    /// # Errors
    /// [`ErrorKind::NameServerUnreachable`](crate::ErrorKind::NameServerUnreachable),
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls).
    pub(crate) async fn find_name_servers(&self) -> Result<()> {
        let Some(server) = &self.finder.address_server else {
            return Ok(());
        };
        let _asking = self.finder.asking.lock().await;
        if !self.routes.name_servers.addresses().is_empty() {
            return Ok(());
        }
        for pause in PAUSES {
            match server.ask().await {
                Err(error) if error.is_retriable() => debug!("asking again: {error}"),
                told => return told.map(|list| self.take_up_name_servers(list)),
            }
            tokio::time::sleep(pause).await;
        }
        server
            .ask()
            .await
            .map(|list| self.take_up_name_servers(list))
    }

    fn take_up_name_servers(&self, list: Vec<String>) {
        info!(?list, "name servers found");
        self.routes.name_servers.replace(list);
    }

    /// Asks the address server again; what it told last stays while it fails. True where the name
    /// servers have changed.
    pub(super) async fn refresh_name_servers(&self) -> bool {
        let Some(server) = &self.finder.address_server else {
            return false;
        };
        let list = match server.ask().await {
            Ok(list) => list,
            Err(error) => {
                warn!("the name servers stay as they are: {error}");
                return false;
            }
        };
        debug!(?list, "name servers told");
        let Some(gone) = self.routes.name_servers.replace(list) else {
            return false;
        };
        let list = self.routes.name_servers.addresses();
        info!(?list, "other name servers are used from now on");
        let brokers = self.routes.broker_addresses();
        // One server may be both.
        for address in gone.iter().filter(|it| !brokers.contains(it)) {
            self.peers.forget(address);
        }
        true
    }
}
