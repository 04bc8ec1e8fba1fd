//! Ctrl-C and SIGTERM: the first asks for a clean end, the second does not wait for it.

use crate::exit::{Exit, Failure, Result};
use crate::flag::{Flag, flag};

/// Whether the command was told to stop. Clones are told alike.
#[derive(Clone)]
pub(crate) struct Stop(Flag);

impl Stop {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self> {
        let (tell, told) = flag();
        hear(move || {
            if tell.raise() {
                std::process::exit(Exit::Interrupted as i32);
            }
        })
        .map_err(|error| Failure::io("signals", &error))?;
        Ok(Self(told))
    }

    /// Waits until it was told.
    pub(crate) async fn told(&self) {
        self.0.raised().await;
    }

    pub(crate) fn was_told(&self) -> bool {
        self.0.is_raised()
    }
}

/// Calls `act` in a thread of its own at each signal that asks for the end.
#[cfg(unix)]
fn hear(mut act: impl FnMut() + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || signals.forever().for_each(|_| act()))?;
    Ok(())
}

/// Elsewhere the system ends the process itself.
#[cfg(not(unix))]
fn hear(_: impl FnMut()) -> std::io::Result<()> {
    Ok(())
}
