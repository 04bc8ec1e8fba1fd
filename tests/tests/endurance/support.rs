//! What the tests share.

use std::time::{Duration, Instant};

use onsmq::Config;
use onsmq_tests::cluster::Cluster;
use tokio::runtime::Runtime;

/// A member of a group that dies without a word: its runtime is dropped, and its sockets with it.
pub(crate) struct Mortal(Option<Runtime>);

impl Mortal {
    pub(crate) fn new() -> Self {
        Self(Some(Runtime::new().expect("a runtime")))
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.0.as_ref().expect("alive").block_on(future)
    }

    pub(crate) fn handle(&self) -> &tokio::runtime::Handle {
        self.0.as_ref().expect("alive").handle()
    }

    pub(crate) fn die(mut self) {
        self.0.take().expect("alive").shutdown_background();
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

pub(crate) fn config(cluster: &Cluster, group: &str) -> Config {
    Config::new()
        .set("NAMESRV_ADDR", &cluster.namesrv_addr())
        .set("GROUP_ID", group)
        .set("SendMsgTimeoutMillis", "5000")
}

pub(crate) fn wait_for(what: &str, limit: Duration, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + limit;
    while !condition() {
        assert!(Instant::now() < deadline, "not in {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
