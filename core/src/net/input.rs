//! The side of a socket that is read, and whose turn it is to read.
//!
//! A connection's task reads what comes. A caller that waits for the only answer that is to come may
//! take over meanwhile ([`claim`](Input::claim)): then the task waits for that caller, not for the
//! socket. A caller that is stopped meanwhile, by a debugger for one, holds up all that comes.

use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

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
    is_claimed: bool,
    /// The task came by while a caller read: the socket does not wake it then.
    is_passed_over: bool,
    task: Option<Waker>,
}

impl Input {
    pub(super) fn new(reader: Reader) -> Self {
        Self {
            reader: Some(reader),
            buf: BytesMut::with_capacity(READ_BUFFER),
            for_callers: None,
            is_claimed: false,
            is_passed_over: false,
            task: None,
        }
    }

    /// Reads more, for the task: how many bytes, 0 at the end.
    pub(super) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Some(reader) = &mut self.reader else {
            return Poll::Ready(Ok(0));
        };
        let is_known = |task: &Waker| task.will_wake(context.waker());
        if !self.task.as_ref().is_some_and(is_known) {
            self.task = Some(context.waker().clone());
        }
        self.is_passed_over = self.is_claimed;
        if self.is_claimed {
            return Poll::Pending;
        }
        // What is left over is the beginning of a frame; room for the rest was reserved.
        self.buf.reserve(READ_BUFFER / 4);
        poll_read_buf(Pin::new(reader), context, &mut self.buf)
    }

    /// A caller takes over: what it is to watch. None where another one reads, or TLS has to.
    pub(super) fn claim(&mut self) -> Option<Arc<Socket>> {
        let Some(Reader::Plain(half)) = &self.reader else {
            return None;
        };
        if self.is_claimed {
            return None;
        }
        let socket = match &self.for_callers {
            Some(socket) => Arc::clone(socket),
            None => {
                let socket = Socket::of(half.as_ref())?;
                Arc::clone(self.for_callers.insert(Arc::new(socket)))
            }
        };
        self.is_claimed = true;
        Some(socket)
    }

    /// Reads what is there, for the caller: how many bytes, 0 at the end.
    pub(super) fn read_now(&mut self) -> io::Result<usize> {
        match &self.for_callers {
            Some(socket) => socket.read_now(&mut self.buf),
            None => Ok(0),
        }
    }

    /// The caller gives the reading back. The task waits for the socket again, or goes on where
    /// there is something to be read already, or it is to look.
    pub(super) fn release(&mut self, is_to_look: bool) {
        self.is_claimed = false;
        let Some(task) = &self.task else {
            return;
        };
        // If it was not passed over the socket wakes it yet, but only for what is still to be read.
        let is_ready = mem::take(&mut self.is_passed_over)
            && self.poll_ready(&mut Context::from_waker(task)).is_ready();
        if is_ready || is_to_look {
            task.wake_by_ref();
        }
    }

    fn poll_ready(&self, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (Some(Reader::Plain(half)), Some(socket)) = (&self.reader, &self.for_callers) else {
            return Poll::Ready(Ok(()));
        };
        let half = half.as_ref();
        // What the runtime was told of is most likely read. It forgets that only where it is.
        match half.try_io(Interest::READABLE, || socket.peek()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => half.poll_read_ready(task),
            peeked => Poll::Ready(peeked),
        }
    }

    #[cfg(test)]
    pub(super) const fn is_passed_over(&self) -> bool {
        self.is_passed_over
    }

    /// Nothing more is read.
    pub(super) fn close(&mut self) {
        self.reader = None;
        self.buf = BytesMut::new();
        self.task = None;
        if let Some(socket) = self.for_callers.take() {
            // For the peer, at once: a caller may hold it until it wakes.
            socket.close();
        }
    }
}
