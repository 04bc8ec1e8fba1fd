//! Who consumes a queue in order: LOCK_BATCH_MQ and UNLOCK_BATCH_MQ (Java's
//! `RebalanceLockManager`).

use std::collections::HashMap;
use std::time::Duration;

use onsmq_proto::codec::Command;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::Broker;
use super::clients::{from_json, to_json};
use crate::answer::{Answered, success};

/// The locks of all groups.
#[derive(Debug)]
pub(super) struct QueueLocks {
    groups: Mutex<HashMap<String, HashMap<QueueName, Lock>>>,
    life: Duration,
}

/// A queue as the body names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueueName {
    broker_name: String,
    queue_id: i32,
    topic: String,
}

#[derive(Debug)]
struct Lock {
    client_id: String,
    renewed: Instant,
}

/// The body of both requests.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LockRequest {
    consumer_group: String,
    client_id: String,
    #[serde(default)]
    mq_set: Vec<QueueName>,
}

#[derive(Debug, Serialize)]
struct Locked {
    #[serde(rename = "lockOKMQSet")]
    queues: Vec<QueueName>,
}

impl QueueLocks {
    /// `life` is how long a lock lives unless it is renewed.
    pub(super) fn new(life: Duration) -> Self {
        Self {
            groups: Mutex::default(),
            life,
        }
    }

    /// Whether any queue of a group is locked.
    pub(super) fn any_held(&self, group: &str) -> bool {
        let now = Instant::now();
        let groups = self.groups.lock();
        groups
            .get(group)
            .is_some_and(|locks| locks.values().any(|lock| lock.is_alive(now, self.life)))
    }

    /// Takes the locks of a group, or of all, from who holds them.
    pub(super) fn expire(&self, group: Option<&str>) {
        let mut groups = self.groups.lock();
        match group {
            Some(group) => {
                groups.remove(group);
            }
            None => groups.clear(),
        }
    }

    /// Locks for a client what no other one holds, and gives that.
    fn lock(&self, request: LockRequest, now: Instant) -> Vec<QueueName> {
        let mut groups = self.groups.lock();
        let locks = groups.entry(request.consumer_group).or_default();
        let mut locked = request.mq_set;
        locked.retain(|queue| {
            let lock = locks.entry(queue.clone()).or_insert_with(|| Lock {
                client_id: request.client_id.clone(),
                renewed: now,
            });
            if lock.client_id != request.client_id && lock.is_alive(now, self.life) {
                return false;
            }
            request.client_id.clone_into(&mut lock.client_id);
            lock.renewed = now;
            true
        });
        locked
    }

    fn unlock(&self, request: &LockRequest) {
        let mut groups = self.groups.lock();
        let Some(locks) = groups.get_mut(&request.consumer_group) else {
            return;
        };
        for queue in &request.mq_set {
            if locks
                .get(queue)
                .is_some_and(|lock| lock.client_id == request.client_id)
            {
                locks.remove(queue);
            }
        }
    }
}

impl Lock {
    fn is_alive(&self, now: Instant, life: Duration) -> bool {
        now.duration_since(self.renewed) <= life
    }
}

impl Broker {
    pub(super) fn lock_queues(&self, request: &Command) -> Answered {
        let queues = self.locks.lock(from_json(&request.body)?, Instant::now());
        let mut answer = success();
        answer.body = to_json(&Locked { queues })?.into();
        Ok(answer.into())
    }

    pub(super) fn unlock_queues(&self, request: &Command) -> Answered {
        self.locks.unlock(&from_json(&request.body)?);
        Ok(success().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK_LIFE: Duration = Duration::from_secs(60);

    fn request(client: &str) -> LockRequest {
        LockRequest {
            consumer_group: "g".to_owned(),
            client_id: client.to_owned(),
            mq_set: vec![QueueName {
                broker_name: "broker-a".to_owned(),
                queue_id: 0,
                topic: "t".to_owned(),
            }],
        }
    }

    #[tokio::test]
    async fn a_queue_is_one_clients_until_it_is_unlocked_or_its_lock_is_old() {
        let locks = QueueLocks::new(LOCK_LIFE);
        let start = Instant::now();
        assert_eq!(locks.lock(request("a"), start).len(), 1);
        assert_eq!(locks.lock(request("b"), start).len(), 0);
        assert_eq!(locks.lock(request("a"), start + LOCK_LIFE).len(), 1);
        assert_eq!(locks.lock(request("b"), start + LOCK_LIFE * 2).len(), 0);
        let late = start + LOCK_LIFE * 2 + Duration::from_millis(1);
        assert_eq!(locks.lock(request("b"), late).len(), 1);
        locks.unlock(&request("a"));
        assert_eq!(locks.lock(request("a"), late).len(), 0, "not a's to unlock");
        locks.unlock(&request("b"));
        assert_eq!(locks.lock(request("a"), late).len(), 1);
    }
}
