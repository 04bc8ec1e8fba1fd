//! The door that every request passes, to the name server and to the brokers.

use std::sync::Arc;

use onsmq_proto::codec::Command;

use crate::answer::{Outcome, Refusal};
use crate::broker::Broker;
use crate::name_server::NameServer;
use crate::peer::{Peer, Token};

/// Who is behind a listening socket.
#[derive(Debug)]
pub(crate) enum Service {
    NameServer(NameServer),
    Broker(Arc<Broker>),
}

/// What a request comes with.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) peer: &'a Arc<Peer>,
    /// What a waiting pull is woken by; new for each request.
    pub(crate) token: Token,
    /// Whether a pull may wait: not if it did already.
    pub(crate) may_wait: bool,
}

impl Service {
    /// Serves a request. This is the one place that every request passes: faults are to be made
    /// here.
    pub(crate) fn serve(&self, context: &Context<'_>, request: &Command) -> Outcome {
        if request.is_response() {
            context.peer.answered(request.clone());
            return Outcome::Silence;
        }
        let answered = match self {
            Self::NameServer(name_server) => name_server.serve(request),
            Self::Broker(broker) => broker.serve(context, request),
        };
        let outcome = answered.unwrap_or_else(|refusal: Refusal| refusal.into_answer().into());
        match outcome {
            Outcome::Answer(_) if request.is_oneway() => Outcome::Silence,
            Outcome::Answer(mut answer) => {
                answer.opaque = request.opaque;
                answer.into()
            }
            other => other,
        }
    }

    /// A connection is gone.
    pub(crate) fn disconnected(&self, peer: &Peer) {
        if let Self::Broker(broker) = self {
            broker.disconnected(peer);
        }
    }
}
