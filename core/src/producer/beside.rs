//! Sends that nobody waits for one by one: no task for each, one call when it is over.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use onsmq_proto::message::properties::MAX_BYTES;

use super::batch::{Entry, Hold};
use super::compress::is_to_be_compressed;
use super::done::Done;
use super::in_flight::Token;
use super::leaving::{Draft, Leaving};
use super::many::{Many, Slot};
use super::outgoing::{Content, SHARED_KIND, may_share};
use super::shared::{Running, Shared};
use super::waiting::Waiting;
use crate::{Error, Message, Result, SendResult, spans};

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

/// A producer that sends beside its callers, for as long as one of them sees to it that it does not
/// end.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) running: &'a Arc<Running>,
}

impl Beside<'_> {
    /// Sends a message, and has `done` called with what became of it. Where more follow right behind
    /// it, the caller is not held up by its being written.
    pub(super) fn send<D>(
        self,
        message: &mut Cow<'_, Message>,
        done: D,
        more_follow: bool,
    ) -> Begun<D>
    where
        D: Done,
    {
        // Threads that come to their end have none any more, and may send still.
        let mut properties = PROPERTIES.try_with(Cell::take).unwrap_or_default();
        properties.clear();
        let draft = self.shared.draft(self.running, message, &mut properties);
        let begun = match draft {
            Ok(draft) => self.begin(message, draft, &properties, done, more_follow),
            Err(error) => Begun::Refused(error, done),
        };
        // Those of a message that was refused may be of any size.
        if properties.capacity() <= 2 * MAX_BYTES {
            let _ = PROPERTIES.try_with(|kept| kept.set(properties));
        }
        begun
    }

    fn begin<D>(
        self,
        message: &Message,
        draft: Draft,
        properties: &str,
        done: D,
        more_follow: bool,
    ) -> Begun<D>
    where
        D: Done,
    {
        let Self { shared, running } = self;
        let body = message.body();
        let content = Content { body, properties };
        let whole = |draft| shared.whole(draft, message, body.clone(), properties.to_owned());
        let Some(share) = running.buffer.try_take(content.bytes()) else {
            return self.wait(whole(draft), done);
        };
        if is_to_be_compressed(body, &shared.config) || !may_share(message) {
            let held = (running.sends.token(), share.own());
            self.leave(Waiting::new(whole(draft), done.into_any(), held));
            return Begun::UnderWay;
        }
        spans::outgoing(&draft.span, &draft.message_id, SHARED_KIND);
        let entry = Entry {
            draft,
            content,
            hold: Hold::Lent(running, share),
            done,
        };
        let sender = &running.sender;
        if let Some(alone) = sender.gather(message.topic(), entry, more_follow) {
            let (done, held) = (alone.done.into_any(), alone.hold.own());
            Waiting::new(whole(alone.draft), done, held).carry_on(sender, None);
        }
        Begun::UnderWay
    }

    /// There is no room yet.
    fn wait<D>(self, leaving: Leaving, done: D) -> Begun<D>
    where
        D: Done,
    {
        let (shared, running) = (Arc::clone(self.shared), Arc::clone(self.running));
        let in_flight = running.sends.token();
        Begun::Waits(Box::pin(async move {
            match leaving.room(&running.buffer).await {
                Ok(room) => {
                    let waiting = Waiting::new(leaving, done.into_any(), (in_flight, room));
                    let (shared, running) = (&shared, &running);
                    Beside { shared, running }.leave(waiting);
                    Ok(())
                }
                Err(error) => Err((error, done)),
            }
        }))
    }

    /// Has a send leave that is whole, before whatever its caller sends next. But bodies are
    /// compressed beside the caller as well.
    fn leave(self, waiting: Waiting) {
        let (sender, shared) = (&self.running.sender, self.shared);
        if !is_to_be_compressed(&waiting.outgoing().body, &shared.config) {
            waiting.is_known();
            return waiting.leave(sender, shared.config.send_timeout);
        }
        let (sender, shared) = (Arc::clone(sender), Arc::clone(shared));
        self.running.sender.runtime.spawn(async move {
            let waiting = waiting.ready(&shared.config).await;
            waiting.leave(&sender, shared.config.send_timeout);
        });
    }

    /// Sends many messages: those that there is room for with this call, the others with the future,
    /// which returns what became of each.
    pub(super) fn send_all<'m, M: Into<Cow<'m, Message>>>(
        self,
        messages: impl ExactSizeIterator<Item = M>,
        in_flight: Token,
    ) -> BoxFuture<'static, Vec<Result<SendResult>>> {
        let many = Many::new(messages.len());
        let mut sends = messages.map(Into::into).enumerate();
        let mut waits = self.send_next(&mut sends, &many);
        // None where all are under way.
        let left: Vec<_> = sends.map(|(at, it)| (at, it.into_owned())).collect();
        let (shared, running) = (Arc::clone(self.shared), Arc::clone(self.running));
        Box::pin(async move {
            // For all of them.
            let _in_flight = in_flight;
            let (shared, running) = (&shared, &running);
            let mut sends = left.into_iter().map(|(at, it)| (at, Cow::Owned(it)));
            while let Some(room) = waits {
                if let Err((error, slot)) = room.await {
                    slot.fill(Err(error));
                }
                waits = Beside { shared, running }.send_next(&mut sends, &many);
            }
            many.all().await
        })
    }

    /// Sends the next ones, up to one that has to wait.
    fn send_next<'m>(
        self,
        sends: &mut impl ExactSizeIterator<Item = (usize, Cow<'m, Message>)>,
        many: &Many,
    ) -> Option<Entering<Slot>> {
        while let Some((at, mut message)) = sends.next() {
            match self.send(&mut message, many.slot(at), sends.len() > 0) {
                Begun::UnderWay => {}
                Begun::Waits(room) => return Some(room),
                Begun::Refused(error, slot) => slot.fill(Err(error)),
            }
        }
        None
    }
}
