//! One socket and the task that owns it.
//!
//! A caller encodes its request straight into the buffer that is written next, so requests that
//! come while the socket is busy leave together ([`output`](super::output)); answers find their
//! caller by opaque.

mod reading;

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI16, AtomicUsize, Ordering};
use std::time::Duration;

use onsmq_proto::codec::{Command, RequestCode, Serialization};
use onsmq_proto::machine::Session;
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::reading::Reading;
use super::caller;
use super::output::{Output, Turn};
use super::stream::Stream;
use super::tls;
use crate::{Error, ErrorKind, Result};

/// Bytes that may wait to be written. Callers wait above it, so that a peer that does not read
/// costs no more memory.
const MAX_WAITING_BYTES: usize = 8 << 20;
/// Requests under way, but for pulls, up to which each is written by its caller, without a thread
/// that is woken.
const MOST_BY_THEMSELVES: usize = 32;

/// A server's request, and the connection that its answer goes to.
pub(crate) struct Inbound {
    pub(crate) connection: Connection,
    pub(crate) command: Command,
}

/// A connection. Clones share it; it closes when told to, or when the socket does.
#[derive(Clone)]
pub(crate) struct Connection(Arc<Shared>);

struct Shared {
    address: Arc<str>,
    is_secure: bool,
    /// What the peer says that it is; 0 before it has said anything.
    version: AtomicI16,
    /// Pulls under way, which brokers hold until there is something.
    pulls: AtomicUsize,
    /// Locked before the state, if both are.
    reading: Mutex<Reading>,
    state: Mutex<State>,
    /// Something waits to be written.
    writable: Notify,
    /// Something was written.
    written: Notify,
    /// An earlier deadline than the task knows of.
    deadline: Notify,
    closing: CancellationToken,
    /// The socket is closed.
    ended: CancellationToken,
}

type Waiter = oneshot::Sender<Result<Command>>;

struct State {
    session: Session<Waiter>,
    output: Output,
    /// Why the connection is of no use any more.
    closed: Option<Error>,
}

impl Connection {
    /// Takes over a socket. `inbound` gets the peer's requests.
    pub(super) fn spawn(
        address: Arc<str>,
        stream: Stream,
        inbound: mpsc::UnboundedSender<Inbound>,
    ) -> Self {
        let this = Self(Arc::new(Shared {
            address,
            is_secure: stream.is_secure,
            version: AtomicI16::new(0),
            pulls: AtomicUsize::new(0),
            reading: Mutex::new(Reading::new(stream.reader, inbound)),
            state: Mutex::new(State {
                session: Session::default(),
                output: Output::new(stream.writer),
                closed: None,
            }),
            writable: Notify::new(),
            written: Notify::new(),
            deadline: Notify::new(),
            closing: CancellationToken::new(),
            ended: CancellationToken::new(),
        }));
        let ending = Ending {
            connection: this.clone(),
            why: None,
        };
        tokio::spawn(this.clone().run(ending));
        this
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// [`ErrorKind::ConnectionLost`], [`ErrorKind::Timeout`].
    pub(crate) async fn request(&self, command: Command, deadline: Instant) -> Result<Command> {
        self.wait_for_room(deadline).await?;
        let is_pull = command.request_code() == RequestCode::PULL_MESSAGE;
        let _pull = is_pull.then(|| Counted::among(&self.0.pulls));
        let (mut answer, is_alone) = self.begin(command, deadline)?;
        let answer = poll_fn(|context| {
            let polled = Pin::new(&mut answer).poll(context);
            if is_alone && polled.is_pending() {
                caller::offer(|| self.0.clone());
            }
            polled
        });
        // Whoever reads sends an answer, and the task a time-out or the reason of its end.
        answer
            .await
            .unwrap_or_else(|_| Err(self.lost("it was closed")))
    }

    /// Sends a request: what its answer comes by, and whether it is the only one to be answered soon.
    fn begin(
        &self,
        mut command: Command,
        deadline: Instant,
    ) -> Result<(oneshot::Receiver<Result<Command>>, bool)> {
        let serialization = self.serialization(&command);
        let (waiter, answer) = oneshot::channel();
        let mut state = self.0.state.lock();
        if let Some(error) = &state.closed {
            return Err(error.clone());
        }
        let before = state.session.next_timeout();
        command.opaque = state.session.begin(waiter, deadline.into_std());
        if let Err(error) = state.output.push(&command, serialization) {
            state.session.answered(command.opaque);
            return Err(error);
        }
        if state.session.next_timeout() != before {
            self.0.deadline.notify_one();
        }
        let waiting = state.session.len();
        let answered_soon = waiting.saturating_sub(self.0.pulls.load(Ordering::Relaxed));
        // TLS needs more than one write. And where many wait for answers, more requests are on
        // their way: the task writes them together, while this one comes by the next.
        let turn = match self.0.is_secure || answered_soon > MOST_BY_THEMSELVES {
            true => None,
            false => state.output.take_turn(),
        };
        drop(state);
        match turn {
            Some(turn) => self.write_now(turn),
            None => self.0.writable.notify_one(),
        }
        Ok((answer, answered_soon == 1))
    }

    /// Sends a command that is not answered: a one-way request, or an answer to the server's own.
    /// It may still be lost with the connection.
    pub(crate) async fn send(&self, mut command: Command, deadline: Instant) -> Result<()> {
        self.wait_for_room(deadline).await?;
        let serialization = self.serialization(&command);
        let mut state = self.0.state.lock();
        if let Some(error) = &state.closed {
            return Err(error.clone());
        }
        if !command.is_response() {
            command.opaque = state.session.next_opaque();
        }
        state.output.push(&command, serialization)?;
        drop(state);
        self.0.writable.notify_one();
        Ok(())
    }

    /// Waits until what was sent before has been handed to the system, or the connection ended.
    pub(crate) async fn flush(&self) {
        loop {
            let written = self.0.written.notified();
            {
                let state = self.0.state.lock();
                if state.output.bytes() == 0 || state.closed.is_some() {
                    return;
                }
            }
            written.await;
        }
    }

    /// The peer's version, an ordinal of Java's `MQVersion`, once it has answered something.
    pub(crate) fn version(&self) -> Option<i16> {
        Some(self.0.version.load(Ordering::Relaxed)).filter(|version| *version > 0)
    }

    /// How the header of a command is written: in binary, which costs both ends a fraction of what
    /// JSON does, once the peer has said that it is a version that was seen to take it.
    fn serialization(&self, command: &Command) -> Serialization {
        // Java reads an empty value as null, and signs over another text then (`wire.md`,
        // section 1).
        let can_be_binary = command.fields.iter().all(|(_, value)| !value.is_empty());
        match self.version() {
            Some(Command::VERSION..) if can_be_binary => Serialization::Binary,
            _ => Serialization::Json,
        }
    }

    pub(crate) fn address(&self) -> &Arc<str> {
        &self.0.address
    }

    pub(crate) fn is_open(&self) -> bool {
        self.0.state.lock().closed.is_none()
    }

    pub(crate) fn close(&self) {
        self.0.closing.cancel();
    }

    /// Waits until the socket is closed.
    pub(crate) async fn ended(&self) {
        self.0.ended.cancelled().await;
    }

    /// Writes on the caller's thread. What the system does not take at once is the task's.
    fn write_now(&self, mut turn: Turn) {
        let fault = turn.write_now().err();
        let mut state = self.0.state.lock();
        if state.closed.is_some() {
            return;
        }
        state.output.end_turn(turn, fault);
        if state.output.is_waiting() {
            self.0.writable.notify_one();
        }
        drop(state);
        self.0.written.notify_waiters();
    }

    async fn wait_for_room(&self, deadline: Instant) -> Result<()> {
        loop {
            let written = self.0.written.notified();
            {
                let state = self.0.state.lock();
                if state.output.bytes() < MAX_WAITING_BYTES || state.closed.is_some() {
                    return Ok(());
                }
            }
            tokio::time::timeout_at(deadline, written)
                .await
                .map_err(|_| {
                    Error::timeout(format!(
                        "{} does not take more data in time",
                        self.0.address
                    ))
                })?;
        }
    }

    async fn run(self, mut ending: Ending) {
        let error = tokio::select! {
            // What the peer said before it went is a better reason than that it is gone.
            biased;
            error = self.read() => error,
            error = self.write() => error,
            never = self.expire() => never,
            () = self.0.closing.cancelled() => self.lost("it was closed"),
        };
        ending.why = Some(error);
    }

    /// It is of no use any more. All who wait for an answer are told why.
    fn end(&self, error: &Error) {
        self.0.reading.lock().close();
        let waiters = {
            let mut state = self.0.state.lock();
            state.closed = Some(error.clone());
            state.output.close();
            state.session.close()
        };
        self.0.ended.cancel();
        self.0.written.notify_waiters();
        for waiter in waiters {
            let _ = waiter.send(Err(error.clone()));
        }
    }

    async fn write(&self) -> Error {
        loop {
            let (fault, turn) = {
                let output = &mut self.0.state.lock().output;
                (output.take_fault(), output.take_turn())
            };
            if let Some(error) = fault {
                return self.failed(error);
            }
            let Some(mut turn) = turn else {
                self.0.writable.notified().await;
                continue;
            };
            if let Err(error) = turn.write().await {
                return self.failed(error);
            }
            self.0.state.lock().output.end_turn(turn, None);
            self.0.written.notify_waiters();
        }
    }

    /// Tells those whose time is over.
    async fn expire(&self) -> Error {
        loop {
            let next = self.0.state.lock().session.next_timeout();
            match next {
                None => self.0.deadline.notified().await,
                Some(next) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(next.into()) => {}
                        () = self.0.deadline.notified() => continue,
                    }
                }
            }
            let expired = self
                .0
                .state
                .lock()
                .session
                .expire(Instant::now().into_std());
            for waiter in expired {
                let _ = waiter.send(Err(Error::timeout(format!(
                    "{} did not answer in time",
                    self.0.address
                ))));
            }
        }
    }

    /// The error of a socket that failed; TLS tells so of what it does not like.
    fn failed(&self, error: io::Error) -> Error {
        tls::explained(&self.0.address, &error)
            .unwrap_or_else(|| self.hung_up(&error))
            .with_source(error)
    }

    fn hung_up(&self, why: &dyn std::fmt::Display) -> Error {
        match self.version() {
            // RocketMQ's servers hang up where they take TLS only.
            None if !self.0.is_secure => self.lost(format_args!(
                "{why}, before it answered anything: it may want TLS (tls.enable)"
            )),
            _ => self.lost(why),
        }
    }

    fn wants_tls(&self) -> Error {
        Error::new(
            ErrorKind::Tls,
            format!("{} answers in TLS: set tls.enable to true", self.0.address),
        )
    }

    fn lost(&self, why: impl std::fmt::Display) -> Error {
        Error::new(
            ErrorKind::ConnectionLost,
            format!("the connection to {} was lost: {why}", self.0.address),
        )
    }
}

/// The end of a connection's task: also where it is dropped, begun or not, since the runtime ends. Who
/// waits for an answer may be a task of another one.
struct Ending {
    connection: Connection,
    why: Option<Error>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let why = self.why.take().unwrap_or_else(|| {
            self.connection.lost(match std::thread::panicking() {
                true => "its task has panicked",
                false => "its runtime has ended",
            })
        });
        self.connection.end(&why);
    }
}

/// Counted for as long as it lives.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn among(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The time that a request without a budget of its own may take: Java's time-out for
/// heartbeats, offsets and the like.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_runtime_that_ends_closes_a_connection_that_has_not_begun() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let connection = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
            let address = listener.local_addr().expect("an address");
            let stream = TcpStream::connect(address).await.expect("a connection");
            let (inbound, _) = mpsc::unbounded_channel();
            Connection::spawn("peer".into(), stream.into(), inbound)
        });
        assert!(connection.is_open());
        drop(runtime);
        assert!(
            !connection.is_open(),
            "or requests on it would wait for ever"
        );
    }
}
