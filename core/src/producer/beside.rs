//! Sends that nobody waits for one by one: no task for each, one call when it is over.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use onsmq_proto::message::properties::MAX_BYTES;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::compress::is_to_be_compressed;
use super::leaving::Leaving;
use super::many::{Many, Slot};
use super::outgoing::Content;
use super::shared::{Running, Shared};
use super::waiting::{Done, Waiting};
use crate::{Error, Message, Result, SendResult};

/// What became of a message that is to be sent beside the caller.
pub enum Begun<D> {
    /// It is under way.
    UnderWay,
    /// The producer holds as much as it may. The future ends once there is room and the message is
    /// under way, or with why it is not; dropped before that, the message is not sent.
    Waits(Entering<D>),
    /// It cannot be sent.
    Refused(Error, D),
}

/// Ends once a message is under way, or with why it is not.
pub type Entering<D> = BoxFuture<'static, Result<(), (Error, D)>>;

thread_local! {
    /// What this thread writes the properties of a message into, one after another.
    static PROPERTIES: Cell<String> = const { Cell::new(String::new()) };
}

/// A producer that sends beside its callers.
#[derive(Clone)]
pub(super) struct Beside {
    pub(super) shared: Arc<Shared>,
    pub(super) running: Arc<Running>,
}

impl Beside {
    /// Sends a message, and has `done` called with what became of it.
    pub(super) fn send<D>(
        &self,
        mut message: Cow<'_, Message>,
        in_flight: TaskTrackerToken,
        done: D,
    ) -> Begun<D>
    where
        D: Done,
    {
        // Threads that come to their end have none any more, and may send still.
        let mut properties = PROPERTIES.try_with(Cell::take).unwrap_or_default();
        properties.clear();
        let made = self
            .shared
            .leaving_without(&self.running, &mut message, &mut properties);
        let content = Content {
            body: message.body(),
            properties: &properties,
        };
        let begun = match made {
            Ok(leaving) => self.begin(leaving, content, in_flight, done),
            Err(error) => Begun::Refused(error, done),
        };
        // Those of a message that was refused may be of any size.
        if properties.capacity() <= 2 * MAX_BYTES {
            let _ = PROPERTIES.try_with(|kept| kept.set(properties));
        }
        begun
    }

    fn begin<D>(
        &self,
        mut leaving: Leaving,
        content: Content<'_>,
        in_flight: TaskTrackerToken,
        done: D,
    ) -> Begun<D>
    where
        D: Done,
    {
        if let Some(room) = self.running.buffer.try_take(content.bytes()) {
            self.leave(Waiting::new(leaving, done, (in_flight, room)), content);
            return Begun::UnderWay;
        }
        leaving.outgoing.keep(content);
        let this = self.clone();
        Begun::Waits(Box::pin(async move {
            match leaving.room(&this.running.buffer).await {
                Ok(room) => {
                    let content = leaving.outgoing.take_content();
                    let waiting = Waiting::new(leaving, done, (in_flight, room));
                    this.leave(waiting, Content::of(&content));
                    Ok(())
                }
                Err(error) => Err((error, done)),
            }
        }))
    }

    /// Sends many messages: those that there is room for with this call, the others with the future,
    /// which returns what became of each.
    pub(super) fn send_all<'m, M: Into<Cow<'m, Message>>>(
        self,
        messages: impl ExactSizeIterator<Item = M>,
        in_flight: TaskTrackerToken,
    ) -> BoxFuture<'static, Vec<Result<SendResult>>> {
        let many = Many::new(messages.len());
        let mut sends = messages.map(Into::into).enumerate();
        let mut waits = self.send_next(&mut sends, &many);
        // None where all are under way.
        let left: Vec<_> = sends.map(|(at, it)| (at, it.into_owned())).collect();
        Box::pin(async move {
            // For all of them.
            let _in_flight = in_flight;
            let mut sends = left.into_iter().map(|(at, it)| (at, Cow::Owned(it)));
            while let Some(room) = waits {
                if let Err((error, slot)) = room.await {
                    slot.fill(Err(error));
                }
                waits = self.send_next(&mut sends, &many);
            }
            many.all().await
        })
    }

    /// Sends the next ones, up to one that has to wait.
    fn send_next<'m>(
        &self,
        sends: &mut impl Iterator<Item = (usize, Cow<'m, Message>)>,
        many: &Many,
    ) -> Option<Entering<Slot>> {
        for (at, message) in sends {
            let in_flight = self.running.sends.token();
            match self.send(message, in_flight, many.slot(at)) {
                Begun::UnderWay => {}
                Begun::Waits(room) => return Some(room),
                Begun::Refused(error, slot) => slot.fill(Err(error)),
            }
        }
        None
    }

    /// Bodies are compressed beside the caller as well.
    fn leave(&self, mut waiting: Waiting, content: Content<'_>) {
        let sender = &self.running.sender;
        if !is_to_be_compressed(content.body, &self.shared.config) {
            waiting.leaving().is_known();
            return sender.send_beside(waiting, content);
        }
        waiting.keep(content);
        let (sender, shared) = (Arc::clone(sender), Arc::clone(&self.shared));
        sender.runtime.clone().spawn(async move {
            waiting.ready(&shared.config).await;
            let content = waiting.take_content();
            sender.send_beside(waiting, Content::of(&content));
        });
    }
}
