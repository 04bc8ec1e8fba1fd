//! The side of a socket that is read, and whose turn it is to read.
//!
//! A connection's task reads what comes. A caller that waits for the only answer that is to come may
//! take over meanwhile ([`claim`](Input::claim)); the task, which the system wakes all the same,
//! goes back to sleep then.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use tokio::io::Interest;
use tokio_util::io::poll_read_buf;

use super::stream::Reader;
use super::watch::Socket;

const READ_BUFFER: usize = 64 << 10;

/// What is read from a socket.
pub(super) struct Input {
    /// None once the connection has ended.
    reader: Option<Reader>,
    pub(super) buf: BytesMut,
    /// The socket in the hands of callers: made for the first one, since most connections have none.
    for_callers: Option<Arc<Socket>>,
    /// Which caller reads.
    claim: Option<u64>,
    claims: u64,
}

impl Input {
    pub(super) fn new(reader: Reader) -> Self {
        Self {
            reader: Some(reader),
            buf: BytesMut::with_capacity(READ_BUFFER),
            for_callers: None,
            claim: None,
            claims: 0,
        }
    }

    /// Reads more, for the task: how many bytes, 0 at the end.
    pub(super) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.claim.is_some() {
            ready!(self.poll_take_back(context))?;
        }
        let Some(reader) = &mut self.reader else {
            return Poll::Ready(Ok(0));
        };
        // What is left over is the beginning of a frame; room for the rest was reserved.
        self.buf.reserve(READ_BUFFER / 4);
        poll_read_buf(Pin::new(reader), context, &mut self.buf)
    }

    /// Waits until it is of no use that a caller reads: that is the end of the stream. Whatever the
    /// task is told of before is the caller's, who looks once more after giving the reading back.
    fn poll_take_back(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(Reader::Plain(socket)) = &self.reader {
            let socket = socket.as_ref();
            ready!(socket.poll_read_ready(context))?;
            let _: io::Result<()> =
                socket.try_io(Interest::READABLE, || Err(io::ErrorKind::WouldBlock.into()));
            // An end is not forgotten. If it is something new, there is no harm in taking it.
            ready!(socket.poll_read_ready(context))?;
        }
        self.claim = None;
        Poll::Ready(Ok(()))
    }

    /// A caller takes over: the number of its claim, and what it watches. None where another one
    /// reads, or TLS has to.
    pub(super) fn claim(&mut self) -> Option<(u64, Arc<Socket>)> {
        let Some(Reader::Plain(half)) = &self.reader else {
            return None;
        };
        if self.claim.is_some() {
            return None;
        }
        let socket = match &self.for_callers {
            Some(socket) => Arc::clone(socket),
            None => {
                let socket = Socket::of(half.as_ref())?;
                Arc::clone(self.for_callers.insert(Arc::new(socket)))
            }
        };
        self.claims += 1;
        self.claim = Some(self.claims);
        Some((self.claims, socket))
    }

    /// Reads what is there for the caller that has the claim: how many bytes, 0 at the end. None
    /// where it was taken back.
    pub(super) fn read_now(&mut self, claim: u64) -> Option<io::Result<usize>> {
        let socket = self.for_callers.as_ref()?;
        (self.claim == Some(claim)).then(|| socket.read_now(&mut self.buf))
    }

    /// The caller gives the reading back, having read all that is there.
    pub(super) fn release(&mut self, claim: u64) {
        self.claim.take_if(|it| *it == claim);
    }

    /// Nothing more is read.
    pub(super) fn close(&mut self) {
        self.reader = None;
        self.buf = BytesMut::new();
        self.claim = None;
        if let Some(socket) = self.for_callers.take() {
            // A caller may still hold it.
            socket.close();
        }
    }
}
