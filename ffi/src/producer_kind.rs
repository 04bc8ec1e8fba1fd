//! The three kinds of producer as one.

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::{BoxFuture, Either};
use onsmq::{
    Begun, Credentials, Error, ErrorKind, Message, OrderProducer, Producer, Result, SendResult,
};
use onsmq::{Transaction, TransactionProducer, WhenFull};

use crate::runtime::{Process, is_runtime_thread};

/// A producer of any kind.
#[derive(Debug, Clone)]
pub(crate) enum AnyProducer {
    Normal(Arc<Producer>),
    Ordered(Arc<OrderProducer>),
    Transactional(Arc<TransactionProducer>),
}

/// The same expression for each kind.
macro_rules! each {
    ($kind:expr, $producer:ident => $value:expr) => {
        match $kind {
            AnyProducer::Normal($producer) => $value,
            AnyProducer::Ordered($producer) => $value,
            AnyProducer::Transactional($producer) => $value,
        }
    };
}

impl AnyProducer {
    pub(crate) async fn start(&self) -> Result<()> {
        each!(self, it => it.start().await)
    }

    pub(crate) fn shutdown(&self) -> BoxFuture<'static, ()> {
        each!(self, it => Box::pin(it.shutdown()))
    }

    pub(crate) fn set_credentials(&self, credentials: Credentials) -> Result<()> {
        each!(self, it => it.set_credentials(credentials))
    }

    pub(crate) fn is_started(&self) -> bool {
        each!(self, it => it.is_started())
    }

    pub(crate) fn is_closed(&self) -> bool {
        each!(self, it => it.is_closed())
    }

    /// An order producer sends by the message's own sharding key.
    pub(crate) fn send(
        &self,
        message: Message,
    ) -> Result<impl Future<Output = Result<SendResult>> + Send + use<>> {
        match self {
            Self::Normal(producer) => Ok(Either::Left(producer.send(message))),
            Self::Ordered(producer) => {
                let sharding_key = message.get_sharding_key().unwrap_or_default().to_owned();
                Ok(Either::Right(producer.send(message, &sharding_key)))
            }
            Self::Transactional(_) => Err(without_transaction()),
        }
    }

    /// Sends in the background: `done` is called with what became of it.
    pub(crate) fn send_then(
        &self,
        process: &Arc<Process>,
        message: Cow<'_, Message>,
        done: impl FnOnce(Result<SendResult>) + Send + 'static,
    ) -> Result<()> {
        let Self::Normal(producer) = self else {
            let sending = self.send(message.into_owned())?;
            return process.spawn(async move { done(sending.await) });
        };
        let refused = match producer.send_then(message, done) {
            Begun::UnderWay => return Ok(()),
            Begun::Refused(error, done) => Err((error, done)),
            // Callbacks of the library must not wait, nor event loops.
            Begun::Waits(room)
                if producer.when_full() == WhenFull::Queue || is_runtime_thread() =>
            {
                return process.spawn(async move { tell_refused(room.await) });
            }
            Begun::Waits(room) => process.wait(room)?,
        };
        match refused {
            Ok(()) => Ok(()),
            refused => process.spawn(async move { tell_refused(refused) }),
        }
    }

    /// Whether [`send_then`](Self::send_then) would not wait.
    pub(crate) fn has_room(&self, body_bytes: usize) -> bool {
        match self {
            Self::Normal(producer) => producer.has_room(body_bytes),
            // They never do.
            Self::Ordered(_) | Self::Transactional(_) => true,
        }
    }

    pub(crate) fn flush(&self) -> BoxFuture<'static, ()> {
        each!(self, it => Box::pin(it.flush()))
    }

    pub(crate) fn send_many<'m>(
        &self,
        messages: impl ExactSizeIterator<Item = Cow<'m, Message>>,
    ) -> Result<BoxFuture<'static, Vec<Result<SendResult>>>> {
        match self {
            Self::Normal(producer) => Ok(producer.send_many(messages)),
            Self::Ordered(producer) => Ok(producer.send_many(messages)),
            Self::Transactional(_) => Err(without_transaction()),
        }
    }

    pub(crate) fn send_oneway(
        &self,
        message: Message,
    ) -> Result<impl Future<Output = Result<onsmq::MessageId>> + Send + use<>> {
        match self {
            Self::Normal(producer) => Ok(producer.send_oneway(message)),
            Self::Ordered(_) => Err(Error::new(
                ErrorKind::InvalidState,
                "an order producer sends nothing one-way, because it could not keep the order: use send",
            )),
            Self::Transactional(_) => Err(without_transaction()),
        }
    }

    pub(crate) fn begin(
        &self,
        message: Message,
    ) -> Result<impl Future<Output = Result<Transaction>> + Send + use<>> {
        match self {
            Self::Transactional(producer) => Ok(producer.begin(message)),
            Self::Normal(_) | Self::Ordered(_) => Err(Error::new(
                ErrorKind::InvalidState,
                "only a transaction producer begins transactions: make one",
            )),
        }
    }
}

/// Tells whoever sent a message that it cannot be sent.
fn tell_refused<D: FnOnce(Result<SendResult>)>(sent: Result<(), (Error, D)>) {
    if let Err((error, done)) = sent {
        done(Err(error));
    }
}

fn without_transaction() -> Error {
    Error::new(
        ErrorKind::InvalidState,
        "a transaction producer sends in transactions only: use a producer for other messages",
    )
}
