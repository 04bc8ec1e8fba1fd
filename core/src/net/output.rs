//! What waits to be written to a socket, and whose turn it is to write.
//!
//! A connection's task writes what comes while it writes, so that requests leave together. A caller
//! that finds the socket idle writes by itself: one wake-up less for a request that is alone.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::{Buf as _, Bytes, BytesMut};
use onsmq_proto::codec::{Command, Serialization};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::{Error, Result};

/// Bodies above this are written from where they are, not copied.
const COPY_LIMIT: usize = 4096;

pub(super) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// What waits to be written: small things in one buffer, large bodies as they are.
pub(super) struct Output {
    chunks: VecDeque<Bytes>,
    tail: BytesMut,
    /// Bytes that wait or are being written.
    bytes: usize,
    /// Gone while somebody writes.
    writer: Option<Writer>,
    /// Why a caller could not write.
    fault: Option<io::Error>,
}

/// The turn to write what waited when it was taken.
pub(super) struct Turn {
    writer: Writer,
    chunks: VecDeque<Bytes>,
    written: usize,
}

impl Output {
    pub(super) fn new(writer: Writer) -> Self {
        Self {
            chunks: VecDeque::new(),
            tail: BytesMut::new(),
            bytes: 0,
            writer: Some(writer),
            fault: None,
        }
    }

    pub(super) fn push(&mut self, command: &Command, serialization: Serialization) -> Result<()> {
        let before = self.tail.len();
        command
            .encode_head(serialization, &mut self.tail)
            .map_err(|error| Error::internal(format!("a request cannot be encoded: {error}")))?;
        self.bytes += self.tail.len() - before + command.body.len();
        if command.body.len() <= COPY_LIMIT {
            self.tail.extend_from_slice(&command.body);
        } else {
            self.chunks.push_back(self.tail.split().freeze());
            self.chunks.push_back(command.body.clone());
        }
        Ok(())
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether somebody has to write.
    pub(super) fn is_waiting(&self) -> bool {
        self.fault.is_some() || !self.chunks.is_empty() || !self.tail.is_empty()
    }

    /// What a caller met that wrote: nothing more can be written.
    pub(super) const fn take_fault(&mut self) -> Option<io::Error> {
        self.fault.take()
    }

    /// The turn to write, where something waits and nobody writes.
    pub(super) fn take_turn(&mut self) -> Option<Turn> {
        if self.fault.is_some() || !self.is_waiting() {
            return None;
        }
        let writer = self.writer.take()?;
        let mut chunks = std::mem::take(&mut self.chunks);
        if !self.tail.is_empty() {
            chunks.push_back(self.tail.split().freeze());
        }
        Some(Turn {
            writer,
            chunks,
            written: 0,
        })
    }

    /// The turn is over. What it has not written comes before all else.
    pub(super) fn end_turn(&mut self, turn: Turn, fault: Option<io::Error>) {
        self.bytes -= turn.written;
        for chunk in turn.chunks.into_iter().rev() {
            self.chunks.push_front(chunk);
        }
        self.writer = Some(turn.writer);
        self.fault = fault;
    }

    /// Nothing more is written.
    pub(super) fn close(&mut self) {
        self.chunks.clear();
        self.tail.clear();
        self.bytes = 0;
        self.writer = None;
        self.fault = None;
    }
}

impl Turn {
    /// Writes all.
    pub(super) async fn write(&mut self) -> io::Result<()> {
        while let Some(mut chunk) = self.chunks.pop_front() {
            let length = chunk.len();
            self.writer.write_all_buf(&mut chunk).await?;
            self.written += length;
        }
        // TLS may hold back the end.
        self.writer.flush().await
    }

    /// Writes as much as the system takes at once.
    pub(super) fn write_now(&mut self) -> io::Result<()> {
        // Whoever writes what is left waits for room by itself.
        let mut context = Context::from_waker(Waker::noop());
        while let Some(chunk) = self.chunks.front_mut() {
            match Pin::new(&mut self.writer).poll_write(&mut context, chunk) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(count)) => {
                    self.written += count;
                    chunk.advance(count);
                    if chunk.is_empty() {
                        self.chunks.pop_front();
                    }
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => return Ok(()),
            }
        }
        Ok(())
    }
}
