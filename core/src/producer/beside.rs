//! Sends that nobody waits for one by one: no task for each, one call when it is over.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::many::{Many, Slot};
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

/// A producer that sends beside its callers.
#[derive(Clone)]
pub(super) struct Beside {
    pub(super) shared: Arc<Shared>,
    pub(super) running: Arc<Running>,
}

impl Beside {
    /// Sends a message, and has `done` called with what became of it.
    pub(super) fn send<D>(&self, message: Message, in_flight: TaskTrackerToken, done: D) -> Begun<D>
    where
        D: Done,
    {
        let leaving = match self.shared.leaving(&self.running, message) {
            Ok(leaving) => leaving,
            Err(error) => return Begun::Refused(error, done),
        };
        if let Some(room) = self.running.buffer.try_take(leaving.outgoing.bytes()) {
            self.leave(Waiting::new(leaving, done, (in_flight, room)));
            return Begun::UnderWay;
        }
        let this = self.clone();
        Begun::Waits(Box::pin(async move {
            match leaving.room(&this.running.buffer).await {
                Ok(room) => {
                    this.leave(Waiting::new(leaving, done, (in_flight, room)));
                    Ok(())
                }
                Err(error) => Err((error, done)),
            }
        }))
    }

    /// Sends many messages: those that there is room for with this call, the others with the future,
    /// which returns what became of each.
    pub(super) fn send_all(
        self,
        messages: Vec<Message>,
    ) -> impl Future<Output = Vec<Result<SendResult>>> + Send + use<> {
        let many = Many::new(messages.len());
        let mut sends = messages.into_iter().enumerate();
        let mut waits = self.send_next(&mut sends, &many);
        async move {
            while let Some(room) = waits {
                if let Err((error, slot)) = room.await {
                    slot.fill(Err(error));
                }
                waits = self.send_next(&mut sends, &many);
            }
            many.all().await
        }
    }

    /// Sends the next ones, up to one that has to wait.
    fn send_next(
        &self,
        sends: &mut impl Iterator<Item = (usize, Message)>,
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
    fn leave(&self, mut waiting: Waiting) {
        let sender = &self.running.sender;
        if !waiting.outgoing().is_to_be_compressed(&self.shared.config) {
            waiting.leaving().is_known();
            return sender.send_beside(waiting);
        }
        let (sender, shared) = (Arc::clone(sender), Arc::clone(&self.shared));
        sender.runtime.clone().spawn(async move {
            waiting.ready(&shared.config).await;
            sender.send_beside(waiting);
        });
    }
}
