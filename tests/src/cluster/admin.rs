//! What is asked of running brokers: accounts, topics, and RocketMQ's own admin tool.

use std::fs;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use super::acl::{self, ADMIN};
use super::cluster::Cluster;
use super::config;
use super::error::Error;
use super::server;
use super::version::Version;
use super::wire::Request;

const UPDATE_AND_CREATE_TOPIC: i64 = 17;
const READ_AND_WRITE: u32 = 6;
const MQADMIN: &str = "org.apache.rocketmq.tools.command.MQAdminStartup";
const MQADMIN_PATIENCE: Duration = Duration::from_secs(60);

/// What RocketMQ's admin tool did. It ends with status 0 also after most errors.
#[derive(Clone, Debug)]
pub struct AdminOutput {
    /// How the process ended.
    pub status: ExitStatus,
    /// What it printed, standard output and error in one.
    pub output: String,
}

impl Cluster {
    /// Creates a topic on all running brokers, or changes its number of queues, and waits until
    /// all running name servers know it.
    ///
    /// # Errors
    /// [`Error::Refused`] if a broker does not like it, [`Error::NotReady`] if it stays unknown.
    pub fn create_topic(&mut self, name: &str, queues: u32) -> Result<(), Error> {
        self.create_topic_on_brokers(name, queues)?;
        self.wait_route(name, Some(queues))
    }

    pub(super) fn create_topic_on_brokers(&self, name: &str, queues: u32) -> Result<(), Error> {
        let request = Request::new(UPDATE_AND_CREATE_TOPIC)
            .field("topic", name)
            .field("defaultTopic", "TBW102")
            .field("readQueueNums", queues)
            .field("writeQueueNums", queues)
            .field("perm", READ_AND_WRITE)
            .field("topicFilterType", "SINGLE_TAG")
            .field("topicSysFlag", 0)
            .field("order", false);
        let request = self.by_admin(request);
        for broker in self.brokers.iter().filter(|broker| broker.is_started()) {
            request.demand(&broker.address(), &format!("create the topic {name}"))?;
        }
        Ok(())
    }

    /// ACL 1.0 reads its accounts from a file; ACL 2.0 has to be told, once.
    pub(super) fn create_accounts(&self) -> Result<(), Error> {
        if !self.options.acl || self.options.version == Version::V4_9_7 {
            return Ok(());
        }
        for broker in &self.brokers {
            for (what, request) in acl::acl2_requests() {
                self.by_admin(request).demand(&broker.address(), &what)?;
            }
        }
        Ok(())
    }

    /// Runs RocketMQ's `mqadmin` with these arguments, as the admin account and with the
    /// cluster's name servers, and waits until it ends.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be run, [`Error::NotReady`] if it takes more than a minute.
    pub fn mqadmin(&self, arguments: &[impl AsRef<str>]) -> Result<AdminOutput, Error> {
        let root = self.folder().join("tools");
        fs::create_dir_all(&root).map_err(Error::io("create the folder of mqadmin"))?;
        let home = tempfile::tempdir_in(root).map_err(Error::io("create a folder for mqadmin"))?;
        let home = home.path();
        config::write_home(home, self.options.acl)?;
        let mut command = self.java.command(MQADMIN, home, (32, 128), &[]);
        command
            .args(arguments.iter().map(AsRef::as_ref))
            .env("NAMESRV_ADDR", self.namesrv_addr());
        let mut child = server::spawn(command, home)?;
        let status = wait(&mut child);
        // Also when it ended by itself: then this only forgets it.
        let _ = child.kill();
        let _ = child.wait();
        let output =
            fs::read(home.join(server::OUTPUT)).map_err(Error::io("read mqadmin's output"))?;
        let output = String::from_utf8_lossy(&output).into_owned();
        status?.map_or_else(
            || {
                let missing = format!("mqadmin {} has not ended", arguments[0].as_ref());
                Err(Error::NotReady {
                    missing,
                    waited: MQADMIN_PATIENCE,
                    log: output.clone(),
                })
            },
            |status| {
                Ok(AdminOutput {
                    status,
                    output: output.clone(),
                })
            },
        )
    }

    /// Signs an administrator's request if the brokers want that.
    pub(super) fn by_admin(&self, request: Request) -> Request {
        if self.options.acl {
            request.signed(ADMIN)
        } else {
            request
        }
    }
}

fn wait(child: &mut std::process::Child) -> Result<Option<ExitStatus>, Error> {
    let begin = Instant::now();
    while begin.elapsed() < MQADMIN_PATIENCE {
        if let Some(status) = child.try_wait().map_err(Error::io("watch mqadmin"))? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(None)
}
