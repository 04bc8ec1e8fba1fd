//! What is asked of an operation, and what of it all of them need.

use std::sync::Arc;

use parking_lot::MutexGuard;

use super::Console;
use super::access::Account;
use super::answer::{Code, Refused};
use super::parameters::Parameters;
use super::records::Records;
use crate::broker::Broker;
use crate::store::Topic;

/// One request that was let in.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) console: &'a Console,
    pub(super) parameters: Parameters,
    pub(super) account: Account,
}

/// A topic that is there.
#[derive(Debug)]
pub(super) struct Found {
    /// Its name on the wire.
    pub(super) name: String,
    /// It, at each broker that has it.
    pub(super) at: Vec<(Arc<Broker>, Arc<Topic>)>,
}

impl<'a> Call<'a> {
    /// The brokers that run.
    pub(super) fn brokers(&self) -> Vec<Arc<Broker>> {
        self.console.brokers()
    }

    /// What the console keeps. To be held shortly, and never while something is awaited.
    pub(super) fn records(&self) -> MutexGuard<'a, Records> {
        self.console.records.lock()
    }

    /// The topic that a parameter names.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn topic(&self) -> Result<Found, Refused> {
        let given = self.parameters.name("topic")?;
        self.find_topic(given)
            .ok_or_else(|| Refused::new(Code::TopicNotFound, format!("there is no topic {given}")))
    }

    /// A topic by the name that an application knows: on the wire it may have an instance before
    /// it.
    pub(super) fn find_topic(&self, given: &str) -> Option<Found> {
        let all = self.brokers().into_iter().flat_map(|it| it.topics.all());
        let names = all.map(|topic| topic.name.to_string());
        let name = resolved(names, given)?;
        let at = self.console.topic(&name);
        Some(Found { name, at })
    }

    /// The consumer group that a parameter names, by its name on the wire.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn group(&self) -> Result<String, Refused> {
        let given = self.parameters.name("consumerId")?;
        let connected = self
            .brokers()
            .into_iter()
            .flat_map(|it| it.consumer_groups());
        resolved(connected, given).ok_or_else(|| {
            let text = format!("there is no consumer id {given}");
            Refused::new(Code::SubscriptionNotFound, text)
        })
    }

    /// Whether a topic is the caller's: what nobody made here is everybody's.
    pub(super) fn owns(&self, topic: &str) -> bool {
        let records = self.records();
        let record = records.topics.get(topic);
        record.is_none_or(|it| it.owner == self.account.user_id)
    }
}

/// The name on the wire that an application's name stands for: itself, or one in an instance.
fn resolved(names: impl Iterator<Item = String>, given: &str) -> Option<String> {
    let mut in_instance = None;
    for name in names {
        if name == given {
            return Some(name);
        }
        if !name.starts_with('%') && bare(&name) == given {
            in_instance = Some(name);
        }
    }
    in_instance
}

/// A name without its instance.
pub(super) fn bare(name: &str) -> &str {
    name.split_once('%').map_or(name, |(_, bare)| bare)
}
