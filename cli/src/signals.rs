//! Ctrl-C and SIGTERM: the first asks for a clean end, the second does not wait for it.

use std::io;

use tokio::sync::watch;

use crate::exit::{Exit, Failure, Result};

/// Whether the command was told to stop. Clones are told alike.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self> {
        let (tell, told) = watch::channel(false);
        let signals = Signals::new().map_err(|error| Failure::io("signals", &error))?;
        tokio::spawn(async move {
            let mut signals = signals;
            signals.next().await;
            // Nobody may be left to be told.
            let _ = tell.send(true);
            signals.next().await;
            std::process::exit(Exit::Interrupted as i32);
        });
        Ok(Self(told))
    }

    /// Waits until it was told.
    pub(crate) async fn told(&self) {
        let mut told = self.0.clone();
        if told.wait_for(|it| *it).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn was_told(&self) -> bool {
        *self.0.borrow()
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
