//! What the tool waits for: lines on standard input, its end, and signals.

use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Something happened.
pub(crate) enum Event {
    /// Somebody wrote a line.
    Line(String),
    /// Standard input ended, or a signal came.
    Stop,
}

/// The sources of events, each read by a thread.
pub(crate) struct Events {
    receiver: Receiver<Event>,
    /// Keeps the channel open where nobody reads standard input.
    _sender: Sender<Event>,
    ready: Arc<AtomicBool>,
}

impl Events {
    /// Begins to listen, to standard input only if `reads_commands`.
    pub(crate) fn listen(reads_commands: bool) -> io::Result<Self> {
        let (sender, receiver) = channel();
        let ready = Arc::new(AtomicBool::new(false));
        listen_to_signals(sender.clone(), Arc::clone(&ready))?;
        if reads_commands {
            listen_to_lines(sender.clone());
        }
        Ok(Self {
            receiver,
            _sender: sender,
            ready,
        })
    }

    /// From now on signals are events. Before, while the main thread is busy starting servers,
    /// they end the process; the servers notice and clean up themselves.
    pub(crate) fn ready(&self) {
        self.ready.store(true, Ordering::SeqCst);
    }

    pub(crate) fn next(&self) -> Event {
        self.receiver.recv().unwrap_or(Event::Stop)
    }
}

fn listen_to_signals(sender: Sender<Event>, ready: Arc<AtomicBool>) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if !ready.load(Ordering::SeqCst) || sender.send(Event::Stop).is_err() {
                process::exit(128 + signal);
            }
        }
    });
    Ok(())
}

fn listen_to_lines(sender: Sender<Event>) {
    thread::spawn(move || {
        for line in io::stdin().lines() {
            let Ok(line) = line else { break };
            if sender.send(Event::Line(line)).is_err() {
                return;
            }
        }
        let _ = sender.send(Event::Stop);
    });
}
