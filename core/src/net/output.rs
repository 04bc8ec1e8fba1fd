//! What waits to be written to a socket, and whose turn it is to write.
//!
//! A connection's task writes what comes while it writes, so that requests leave together. A caller
//! that finds the socket idle writes by itself: one wake-up less for a request that is alone.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::{Buf as _, BytesMut};
use onsmq_proto::codec::{Command, Serialization};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio_util::io::poll_write_buf;

use super::chunks::Chunks;
use crate::{Error, Result};

/// Bodies above this are written from where they are, not copied.
const COPY_LIMIT: usize = 4096;

pub(super) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// What waits to be written: small things in one buffer, large bodies as they are.
pub(super) struct Output {
    chunks: Chunks,
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
    chunks: Chunks,
    written: usize,
}

impl Output {
    pub(super) fn new(writer: Writer) -> Self {
        Self {
            chunks: Chunks::default(),
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
            self.chunks.push(self.tail.split().freeze());
            self.chunks.push(command.body.clone());
        }
        Ok(())
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether somebody has to write.
    pub(super) fn is_waiting(&self) -> bool {
        self.fault.is_some() || self.chunks.has_remaining() || !self.tail.is_empty()
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
            chunks.push(self.tail.split().freeze());
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
        self.chunks.put_before(turn.chunks);
        self.writer = Some(turn.writer);
        self.fault = fault;
    }

    /// Nothing more is written.
    pub(super) fn close(&mut self) {
        self.chunks = Chunks::default();
        self.tail.clear();
        self.bytes = 0;
        self.writer = None;
        self.fault = None;
    }
}

impl Turn {
    /// Writes all.
    pub(super) async fn write(&mut self) -> io::Result<()> {
        let length = self.chunks.remaining();
        self.writer.write_all_buf(&mut self.chunks).await?;
        self.written += length;
        // TLS may hold back the end.
        self.writer.flush().await
    }

    /// Writes as much as the system takes at once.
    pub(super) fn write_now(&mut self) -> io::Result<()> {
        // Whoever writes what is left waits for room by itself.
        let mut context = Context::from_waker(Waker::noop());
        while self.chunks.has_remaining() {
            match poll_write_buf(Pin::new(&mut self.writer), &mut context, &mut self.chunks) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(count)) => self.written += count,
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => return Ok(()),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;
    use std::sync::Arc;

    use bytes::Bytes;
    use onsmq_proto::codec::{DEFAULT_MAX_FRAME, ExtFields, Frame, RequestCode};
    use parking_lot::Mutex;

    use super::*;

    /// A socket that keeps what each write brings it, and takes so much of it.
    struct Socket {
        takes: usize,
        writes: Arc<Mutex<Vec<Vec<u8>>>>,
    }

    impl AsyncWrite for Socket {
        fn poll_write(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.poll_write_vectored(context, &[IoSlice::new(bytes)])
        }

        fn poll_write_vectored(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            slices: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            let mut all = slices.iter().flat_map(|it| it.to_vec()).collect::<Vec<_>>();
            all.truncate(self.takes);
            let count = all.len();
            self.writes.lock().push(all);
            Poll::Ready(Ok(count))
        }

        fn is_write_vectored(&self) -> bool {
            true
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    const BODY: &[u8] = &[7; 2 * COPY_LIMIT];

    /// What is written of a request that is too large to be copied, write by write.
    fn written(takes: usize, write: impl FnOnce(&mut Turn)) -> Vec<Vec<u8>> {
        let writes = Arc::new(Mutex::new(Vec::new()));
        let mut output = Output::new(Box::new(Socket {
            takes,
            writes: Arc::clone(&writes),
        }));
        let body = Bytes::from_static(BODY);
        let command = Command::request(RequestCode::SEND_MESSAGE_V2, ExtFields::new(), body);
        output
            .push(&command, Serialization::Json)
            .expect("it can be written");
        let mut turn = output.take_turn().expect("something waits");
        write(&mut turn);
        output.end_turn(turn, None);
        assert!(!output.is_waiting() && output.bytes() == 0);
        writes.lock().clone()
    }

    fn assert_is_the_request(bytes: &[u8]) {
        let frame = Frame::decode(&mut bytes.into(), DEFAULT_MAX_FRAME);
        let frame = frame.expect("a frame").expect("all of it");
        assert_eq!(frame.body, BODY);
    }

    #[test]
    fn a_header_and_a_large_body_leave_with_one_write() {
        let by_caller = written(usize::MAX, |turn| turn.write_now().expect("it is taken"));
        let by_task = written(usize::MAX, |turn| {
            futures_util::FutureExt::now_or_never(turn.write())
                .expect("it does not wait")
                .expect("it is taken");
        });
        for writes in [by_caller, by_task] {
            assert_eq!(writes.len(), 1);
            assert_is_the_request(&writes[0]);
        }
    }

    #[test]
    fn a_socket_that_takes_little_gets_all_in_its_order() {
        let writes = written(1000, |turn| turn.write_now().expect("it is taken"));
        assert!(writes.len() > BODY.len() / 1000);
        assert_is_the_request(&writes.concat());
    }
}
