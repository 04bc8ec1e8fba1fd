//! One client's socket: frames in, answers out.

mod faulty;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use onsmq_proto::codec::{Command, DEFAULT_MAX_FRAME};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use crate::answer::Outcome;
use crate::clock;
use crate::delayed::Delayed;
use crate::faults::Tally;
use crate::long_poll::WaitingPulls;
use crate::outbox::Outbox;
use crate::peer::{Letter, Peer, Token};
use crate::service::{Context, Service};
use crate::spare::Spare;
use crate::tls::Stream;

/// What one read takes at most; many frames are served per read, and answered in one write.
const READ: usize = 64 * 1024;
/// A client that is silent for so long is dropped, as real brokers do.
const MAX_SILENCE: Duration = Duration::from_secs(120);

/// One connection, in one task.
#[derive(Debug)]
pub(crate) struct Connection {
    service: Arc<Service>,
    peer: Arc<Peer>,
    incoming: BytesMut,
    outbox: Outbox,
    pulls: WaitingPulls,
    /// Requests that a fault holds up.
    delayed: Delayed,
    tally: Tally,
    spare: Spare,
    last_token: u64,
    /// When what is served now was read, in milliseconds since 1970: a look at the clock for each
    /// request would take as long as to decode it.
    now: i64,
    heard: Instant,
    end: End,
}

/// How far a connection is towards its end, for reasons of the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It goes on.
    Open,
    /// It is read no more, and stays open.
    Deaf,
    /// It is closed when all is written.
    Written,
    /// It is closed at once.
    Now,
}

impl Connection {
    pub(crate) fn new(service: Arc<Service>, peer: Peer) -> Self {
        Self {
            service,
            peer: Arc::new(peer),
            incoming: BytesMut::new(),
            outbox: Outbox::default(),
            pulls: WaitingPulls::default(),
            delayed: Delayed::default(),
            tally: Tally::default(),
            spare: Spare::default(),
            last_token: 0,
            now: clock::now_ms(),
            heard: Instant::now(),
            end: End::Open,
        }
    }

    /// Serves the client until it leaves, is silent, or sends what is no frame.
    pub(crate) async fn run(mut self, socket: impl Stream) -> io::Result<()> {
        let (mut reader, mut writer) = tokio::io::split(socket);
        loop {
            self.now = clock::now_ms();
            self.serve_what_is_here()?;
            match self.end {
                End::Open | End::Deaf => {}
                End::Written => return self.write_the_rest(&mut writer).await,
                End::Now => return Ok(()),
            }
            self.incoming.reserve(READ);
            let deadline = self.next_deadline();
            let reads = self.outbox.has_room() && self.end == End::Open;
            tokio::select! {
                read = reader.read_buf(&mut self.incoming), if reads => {
                    if read? == 0 {
                        return self.write_the_rest(&mut writer).await;
                    }
                    self.heard = Instant::now();
                }
                written = self.outbox.write(&mut writer), if !self.outbox.is_empty() => written?,
                () = self.peer.arrival(), if self.outbox.has_room() => {}
                () = tokio::time::sleep_until(deadline) => {
                    self.now = clock::now_ms();
                    self.expire()?;
                }
            }
        }
    }

    /// Serves frames, woken pulls and the server's requests, for as long as there is room for
    /// what comes of them.
    fn serve_what_is_here(&mut self) -> io::Result<()> {
        while self.outbox.has_room() && self.end == End::Open {
            if let Some(letter) = self.peer.take() {
                self.open(letter);
            } else if let Some(request) = self.next_request()? {
                match self.service.admit(&request, &mut self.tally) {
                    None => self.serve_new(request),
                    Some(fault) => self.fail(fault, request),
                }
            } else {
                break;
            }
        }
        Ok(())
    }

    fn open(&mut self, letter: Letter) {
        match letter {
            Letter::Request(request) => self.outbox.put(&request),
            Letter::Woken(token) => {
                if let Some(request) = self.pulls.take(token) {
                    self.serve(request, token, false);
                }
            }
        }
    }

    fn next_request(&mut self) -> io::Result<Option<Command>> {
        let spare = || self.spare.take();
        let taken = Command::take(&mut self.incoming, DEFAULT_MAX_FRAME, spare);
        taken.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    fn serve_new(&mut self, request: Command) {
        self.last_token += 1;
        self.serve(request, Token(self.last_token), self.pulls.has_room());
    }

    fn serve(&mut self, mut request: Command, token: Token, may_wait: bool) {
        let context = self.context(token, may_wait);
        match self.service.serve(&context, &request) {
            Outcome::Answer(answer) => {
                self.outbox.put(&answer);
                self.spare.keep(answer.fields);
            }
            Outcome::Silence => {}
            Outcome::Wait(wait) => {
                // Not to hold the memory that the request was read into.
                request.body = Bytes::new();
                self.pulls.insert(token, request, wait, Instant::now());
                return;
            }
        }
        self.spare.keep(request.fields);
    }

    fn context(&self, token: Token, may_wait: bool) -> Context<'_> {
        Context {
            peer: &self.peer,
            token,
            now: self.now,
            may_wait,
            spare: &self.spare,
        }
    }

    fn next_deadline(&self) -> Instant {
        let silence = self.heard + MAX_SILENCE;
        // Without room nothing can be answered: what is due stays so.
        if !self.outbox.has_room() || self.end != End::Open {
            return silence;
        }
        let due = [self.pulls.next_deadline(), self.delayed.next_due()];
        due.into_iter().flatten().fold(silence, Instant::min)
    }

    fn expire(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if now >= self.heard + MAX_SILENCE {
            return Err(io::ErrorKind::TimedOut.into());
        }
        while self.outbox.has_room()
            && let Some((token, request)) = self.pulls.take_expired(&self.peer, now)
        {
            self.serve(request, token, false);
        }
        while self.outbox.has_room()
            && let Some(request) = self.delayed.take_due(now)
        {
            self.serve_new(request);
        }
        Ok(())
    }

    /// The client sends no more, but may read on.
    async fn write_the_rest(&mut self, writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let write = async {
            while !self.outbox.is_empty() {
                self.outbox.write(writer).await?;
            }
            writer.shutdown().await
        };
        tokio::time::timeout(MAX_SILENCE, write)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// However a connection ends, by an error or by its task being dropped, its groups hear of it.
impl Drop for Connection {
    fn drop(&mut self) {
        self.pulls.forget_all(&self.peer);
        self.service.disconnected(&self.peer);
    }
}
