//! The rules that are in force.

use std::sync::atomic::{AtomicBool, Ordering};

use onsmq_proto::codec::RequestCode;
use parking_lot::Mutex;
use serde::Serialize;

use super::{Fault, Rule};

/// A rule that is in force.
#[derive(Debug, Clone, Serialize)]
pub struct ActiveRule {
    /// What it is removed by.
    pub id: u64,
    /// The rule, as it was given.
    pub rule: Rule,
    /// How many times it applied.
    pub applied: u64,
    /// How many requests it spared so far.
    #[serde(skip)]
    skipped: u64,
}

/// All rules of a server. The first that is for a request is applied.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// So that requests pay nothing where there are no rules.
    any: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    rules: Vec<ActiveRule>,
}

impl Faults {
    pub(crate) fn add(&self, rule: Rule) -> u64 {
        let mut state = self.state.lock();
        state.last_id += 1;
        let id = state.last_id;
        state.rules.push(ActiveRule {
            id,
            rule,
            applied: 0,
            skipped: 0,
        });
        self.any.store(true, Ordering::Release);
        id
    }

    /// Whether there was such a rule.
    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut state = self.state.lock();
        let before = state.rules.len();
        state.rules.retain(|rule| rule.id != id);
        self.any.store(!state.rules.is_empty(), Ordering::Release);
        state.rules.len() < before
    }

    pub(crate) fn clear(&self) {
        let mut state = self.state.lock();
        state.rules.clear();
        self.any.store(false, Ordering::Release);
    }

    /// The rules, also those that have done all that they were to.
    pub(crate) fn all(&self) -> Vec<ActiveRule> {
        self.state.lock().rules.clone()
    }

    /// What is to go wrong with a request.
    pub(crate) fn of_request(
        &self,
        broker: &str,
        code: RequestCode,
        topic: Option<&str>,
    ) -> Option<Fault> {
        self.apply(|rule| {
            rule.fault != Fault::RefuseConnection
                && rule.is_of(broker)
                && rule.code.is_none_or(|wanted| wanted.contain(code))
                && rule.topic.as_deref().is_none_or(|it| topic == Some(it))
        })
    }

    /// Whether a new connection is to be refused.
    pub(crate) fn refuses_connection(&self, broker: &str) -> bool {
        self.apply(|rule| rule.fault == Fault::RefuseConnection && rule.is_of(broker))
            .is_some()
    }

    fn apply(&self, is_for: impl Fn(&Rule) -> bool) -> Option<Fault> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut state = self.state.lock();
        let matching = state.rules.iter_mut();
        matching
            .filter(|active| active.is_left() && is_for(&active.rule))
            .find_map(ActiveRule::apply)
    }
}

impl ActiveRule {
    fn is_left(&self) -> bool {
        self.rule.count.is_none_or(|count| self.applied < count)
    }

    fn apply(&mut self) -> Option<Fault> {
        if self.skipped < self.rule.skip {
            self.skipped += 1;
            return None;
        }
        self.applied += 1;
        Some(self.rule.fault.clone())
    }
}

impl Rule {
    fn is_of(&self, broker: &str) -> bool {
        self.broker.as_deref().is_none_or(|name| name == broker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Requests;

    fn of(faults: &Faults, code: RequestCode, topic: &str) -> Option<Fault> {
        faults.of_request("broker-a", code, Some(topic))
    }

    #[test]
    fn a_rule_spares_then_applies_so_many_times_and_to_what_it_is_for_only() {
        let faults = Faults::default();
        let send = RequestCode::SEND_BATCH_MESSAGE;
        assert_eq!(of(&faults, send, "t"), None);
        let rule = Rule::new(Fault::DropAnswer)
            .broker("broker-a")
            .code(Requests::Send)
            .topic("t");
        let id = faults.add(rule.skip(1).count(2));
        assert_eq!(of(&faults, RequestCode::PULL_MESSAGE, "t"), None);
        assert_eq!(of(&faults, send, "other"), None);
        assert_eq!(faults.of_request("broker-b", send, Some("t")), None);
        let seen: Vec<_> = (0..4).map(|_| of(&faults, send, "t").is_some()).collect();
        assert_eq!(seen, [false, true, true, false]);
        assert_eq!(faults.all()[0].applied, 2);
        assert!(faults.remove(id) && !faults.remove(id));
    }

    #[test]
    fn the_json_form_takes_names_and_numbers_and_refuses_what_it_does_not_know() {
        let text = r#"{"code": "PULL_MESSAGE", "count": 1,
            "fault": {"answer": {"code": "SYSTEM_BUSY", "remark": "full"}}}"#;
        let rule: Rule = serde_json::from_str(text).expect("a rule");
        assert_eq!(rule.code, Some(Requests::Code(11)));
        let again = serde_json::to_value(&rule).expect("JSON");
        assert_eq!(again["code"], "PULL_MESSAGE");
        assert_eq!(serde_json::from_value::<Rule>(again).expect("a rule"), rule);
        for wrong in [
            r#"{"fault": "explode"}"#,
            r#"{"fault": "garbage", "brokre": "a"}"#,
            r#"{"fault": "garbage", "code": "SEND_MASSAGE"}"#,
            r#"{"fault": {"delay": {}}}"#,
        ] {
            assert!(serde_json::from_str::<Rule>(wrong).is_err(), "{wrong}");
        }
    }
}
