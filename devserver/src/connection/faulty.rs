//! What a fault does to a connection.

use bytes::{BufMut, BytesMut};
use onsmq_proto::codec::{Command, ResponseCode};
use tokio::time::Instant;

use super::{Connection, End};
use crate::answer::{Outcome, Refusal};
use crate::clock;
use crate::faults::Fault;
use crate::peer::Token;
use crate::service::as_answer_to;

/// No frame begins so: the length is far too large.
const GARBAGE: u8 = 0xA5;
const GARBAGE_LENGTH: usize = 64;

impl Connection {
    /// Has a request go wrong.
    pub(super) fn fail(&mut self, fault: Fault, request: Command) {
        match fault {
            Fault::Delay { millis } => {
                let delay = std::time::Duration::from_millis(millis);
                self.delayed
                    .put(clock::after(Instant::now(), delay), request);
            }
            Fault::DropAnswer => {
                self.outcome_at_once(&request);
            }
            Fault::Answer { code, remark } => {
                let refusal = Refusal::new(ResponseCode(code.0), remark);
                let answer = refusal.into_answer().into();
                if let Outcome::Answer(answer) = as_answer_to(&request, answer) {
                    self.outbox.put(&answer);
                }
            }
            Fault::Disconnect => self.end = End::Now,
            Fault::CutFrame => {
                if let Outcome::Answer(answer) = self.outcome_at_once(&request) {
                    self.outbox.put_half(&answer);
                }
                self.end = End::Written;
            }
            Fault::StopReading => self.end = End::Deaf,
            Fault::Garbage => {
                let mut garbage = BytesMut::with_capacity(GARBAGE_LENGTH);
                garbage.put_bytes(GARBAGE, GARBAGE_LENGTH);
                self.outbox.put_raw(garbage.freeze());
            }
            // Connections are refused where they are accepted.
            Fault::DropRequest | Fault::RefuseConnection => {}
        }
    }

    /// Serves a request whose answer is not to wait.
    fn outcome_at_once(&self, request: &Command) -> Outcome {
        let context = self.context(Token(0), false);
        self.service.serve(&context, request)
    }
}
