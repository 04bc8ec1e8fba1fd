//! A socket, secured or not.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf, ReadHalf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio_rustls::client::TlsStream;

use super::output::Writer;

/// The half that is read.
pub(super) enum Reader {
    Plain(OwnedReadHalf),
    Secure(ReadHalf<TlsStream<TcpStream>>),
}

impl AsyncRead for Reader {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_read(context, buf),
            Self::Secure(half) => Pin::new(half).poll_read(context, buf),
        }
    }
}

/// The two halves of a connection.
pub(super) struct Stream {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
    pub(super) is_secure: bool,
}

impl From<TcpStream> for Stream {
    fn from(stream: TcpStream) -> Self {
        let (reader, writer) = stream.into_split();
        Self {
            reader: Reader::Plain(reader),
            writer: Box::new(writer),
            is_secure: false,
        }
    }
}

impl From<TlsStream<TcpStream>> for Stream {
    fn from(stream: TlsStream<TcpStream>) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            reader: Reader::Secure(reader),
            writer: Box::new(writer),
            is_secure: true,
        }
    }
}
