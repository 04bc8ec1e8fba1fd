//! The door that every request passes, to the name server and to the brokers.

use std::sync::Arc;

use onsmq_proto::codec::{Command, RequestCode};

use crate::answer::{Outcome, Refusal};
use crate::broker::Broker;
use crate::cluster::NAME_SERVER;
use crate::faults::{Counters, Fault, Faults, Tally};
use crate::name_server::NameServer;
use crate::peer::{Peer, Token};
use crate::spare::Spare;

/// A server: who is behind a listening socket, and what is counted and goes wrong there.
#[derive(Debug)]
pub(crate) struct Service {
    behind: Behind,
    faults: Arc<Faults>,
    counters: Arc<Counters>,
}

#[derive(Debug)]
enum Behind {
    NameServer(NameServer),
    Broker(Arc<Broker>),
}

/// What a request comes with.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) peer: &'a Arc<Peer>,
    /// What a waiting pull is woken by; new for each request.
    pub(crate) token: Token,
    /// When it was read, in milliseconds since 1970.
    pub(crate) now: i64,
    /// Whether a pull may wait: not if it did already.
    pub(crate) may_wait: bool,
    /// Where fields of an answer get memory from.
    pub(crate) spare: &'a Spare,
}

impl Service {
    pub(crate) fn name_server(
        name_server: NameServer,
        faults: Arc<Faults>,
        counters: Arc<Counters>,
    ) -> Arc<Self> {
        Arc::new(Self {
            behind: Behind::NameServer(name_server),
            faults,
            counters,
        })
    }

    pub(crate) fn broker(
        broker: Arc<Broker>,
        faults: Arc<Faults>,
        counters: Arc<Counters>,
    ) -> Arc<Self> {
        Arc::new(Self {
            behind: Behind::Broker(broker),
            faults,
            counters,
        })
    }

    fn name(&self) -> &str {
        match &self.behind {
            Behind::NameServer(_) => NAME_SERVER,
            Behind::Broker(broker) => &broker.name,
        }
    }

    /// Whether a new connection is to be served.
    pub(crate) fn accepts_connection(&self) -> bool {
        self.counters.connection();
        !self.faults.refuses_connection(self.name())
    }

    /// Counts a request that has just come, and says what is to go wrong with it.
    pub(crate) fn admit(&self, request: &Command, tally: &mut Tally) -> Option<Fault> {
        if request.is_response() {
            return None;
        }
        let (code, topic) = (request.request_code(), topic(request));
        self.counters.request(tally, code, topic);
        self.faults.of_request(self.name(), code, topic)
    }

    /// Serves a request. This is the one place that every request passes.
    pub(crate) fn serve(&self, context: &Context<'_>, request: &Command) -> Outcome {
        if request.is_response() {
            context.peer.answered(request.clone());
            return Outcome::Silence;
        }
        let answered = match &self.behind {
            Behind::NameServer(name_server) => name_server.serve(request),
            Behind::Broker(broker) => broker.serve(context, request),
        };
        let outcome = answered.unwrap_or_else(|refusal: Refusal| refusal.into_answer().into());
        as_answer_to(request, outcome)
    }

    /// A connection is gone.
    pub(crate) fn disconnected(&self, peer: &Peer) {
        if let Behind::Broker(broker) = &self.behind {
            broker.disconnected(peer);
        }
    }
}

/// What a request gets of an outcome: nothing if it wants nothing, and else its own opaque.
pub(crate) fn as_answer_to(request: &Command, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Answer(_) if request.is_oneway() => Outcome::Silence,
        Outcome::Answer(mut answer) => {
            answer.opaque = request.opaque;
            answer.into()
        }
        other => other,
    }
}

/// The topic that a request names, whatever it calls the field.
fn topic(request: &Command) -> Option<&str> {
    let fields = &request.fields;
    match request.request_code() {
        RequestCode::SEND_MESSAGE_V2 | RequestCode::SEND_BATCH_MESSAGE => fields.get("b"),
        _ => fields.get("topic").or_else(|| fields.get("originTopic")),
    }
}
