//! What is to be written to one client.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use bytes::{Buf, Bytes, BytesMut};
use onsmq_proto::codec::{Command, Serialization};
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Bytes that may be under way to a client before no more of its requests are served: a client
/// that does not read stops, and its memory is this and one answer.
const FULL: usize = 1024 * 1024;
/// Bodies from this size on are written from where they are.
const LARGE_BODY: usize = 4 * 1024;
/// How many pieces one write takes.
const PIECES: usize = 32;

/// Frames in their order: many small ones in one piece, large bodies as pieces of their own.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pieces: VecDeque<Bytes>,
    /// Where frames are gathered until a large body or a write comes.
    gathering: BytesMut,
    length: usize,
}

impl Outbox {
    pub(crate) const fn has_room(&self) -> bool {
        self.length < FULL
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Adds a command, with a JSON header, as 5.3.3 writes all of its own.
    pub(crate) fn put(&mut self, command: &Command) {
        let before = self.gathering.len();
        let is_large = command.body.len() >= LARGE_BODY;
        let encoded = if is_large {
            command.encode_head(Serialization::Json, &mut self.gathering)
        } else {
            command.encode(Serialization::Json, &mut self.gathering)
        };
        if let Err(error) = encoded {
            tracing::warn!(%error, code = command.code, "an answer cannot be written");
            return;
        }
        self.length += self.gathering.len() - before;
        if is_large {
            self.seal();
            self.length += command.body.len();
            self.pieces.push_back(command.body.clone());
        }
    }

    /// Adds the first half of a command's frame, as a broker that dies while it writes.
    pub(crate) fn put_half(&mut self, command: &Command) {
        let mut frame = BytesMut::new();
        if command.encode(Serialization::Json, &mut frame).is_ok() {
            frame.truncate(frame.len() / 2);
            self.put_raw(frame.freeze());
        }
    }

    /// Adds bytes that need not be a frame.
    pub(crate) fn put_raw(&mut self, bytes: Bytes) {
        self.seal();
        self.length += bytes.len();
        self.pieces.push_back(bytes);
    }

    fn seal(&mut self) {
        if !self.gathering.is_empty() {
            self.pieces.push_back(self.gathering.split().freeze());
        }
    }

    /// Writes what the socket takes. Nothing is lost where this is cancelled.
    pub(crate) async fn write(&mut self, socket: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        self.seal();
        let mut slices = [IoSlice::new(&[]); PIECES];
        let mut count = 0;
        for (slice, piece) in slices.iter_mut().zip(&self.pieces) {
            *slice = IoSlice::new(piece);
            count += 1;
        }
        let written = socket.write_vectored(&slices[..count]).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.advance(written);
        Ok(())
    }

    fn advance(&mut self, mut written: usize) {
        self.length = self.length.saturating_sub(written);
        while let Some(piece) = self.pieces.front_mut() {
            if written < piece.len() {
                piece.advance(written);
                return;
            }
            written -= piece.len();
            self.pieces.pop_front();
        }
    }
}
