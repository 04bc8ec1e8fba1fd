//! Who belongs to which group, and what the group subscribes to (Java's `ConsumerManager`,
//! `ProducerManager`, `SubscriptionGroupManager`).

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use onsmq_proto::body::{ConsumeFromWhere, ConsumeType, ConsumerData, MessageModel};
use onsmq_proto::codec::{Command, ExtFields, RequestCode};
use onsmq_proto::subscription::SubscriptionData;
use parking_lot::Mutex;

use crate::answer::from_server;
use crate::journal::Journal;
use crate::peer::Peer;

/// All groups of a broker.
#[derive(Debug)]
pub(super) struct Groups {
    journal: Journal,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Groups that exist: they come to be when somebody uses them, and stay.
    known: HashSet<String>,
    /// Groups with members.
    consumers: HashMap<String, ConsumerGroup>,
    producers: HashMap<String, Vec<Member>>,
}

#[derive(Debug)]
struct ConsumerGroup {
    message_model: MessageModel,
    consume_type: ConsumeType,
    from_where: ConsumeFromWhere,
    members: Vec<Member>,
    subscriptions: HashMap<String, Arc<SubscriptionData>>,
}

/// A client, which is known by its connection.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) peer: Arc<Peer>,
    pub(crate) client_id: String,
}

/// A consumer group with members, as operators see it.
#[derive(Debug, Clone)]
pub(crate) struct GroupView {
    pub(crate) message_model: MessageModel,
    pub(crate) consume_type: ConsumeType,
    pub(crate) from_where: ConsumeFromWhere,
    pub(crate) members: Vec<Member>,
    pub(crate) subscriptions: Vec<Arc<SubscriptionData>>,
}

impl Groups {
    pub(super) fn new(journal: Journal) -> Self {
        Self {
            journal,
            state: Mutex::default(),
        }
    }

    pub(super) fn make_known(&self, group: &str) -> io::Result<()> {
        let mut state = self.state.lock();
        if !state.known.contains(group) {
            self.journal.group(group)?;
            state.known.insert(group.to_owned());
        }
        Ok(())
    }

    /// The same with a group that was kept.
    pub(super) fn restore(&self, group: &str) {
        self.state.lock().known.insert(group.to_owned());
    }

    pub(super) fn is_known(&self, group: &str) -> bool {
        self.state.lock().known.contains(group)
    }

    /// A heartbeat's word of a consumer group. The members hear of a change.
    pub(super) fn register_consumer(&self, peer: &Arc<Peer>, client_id: &str, data: ConsumerData) {
        let mut state = self.state.lock();
        let name = data.group_name.clone();
        let group = state
            .consumers
            .entry(name.clone())
            .or_insert_with(|| ConsumerGroup {
                message_model: data.message_model,
                consume_type: data.consume_type,
                from_where: data.consume_from_where,
                members: Vec::new(),
                subscriptions: HashMap::new(),
            });
        group.message_model = data.message_model;
        group.consume_type = data.consume_type;
        group.from_where = data.consume_from_where;
        let joined = join(&mut group.members, peer, client_id);
        let subscribed = group.update_subscriptions(data.subscription_data_set);
        let told = if joined || subscribed {
            group.members_to_tell()
        } else {
            Vec::new()
        };
        drop(state);
        tell(&name, &told);
    }

    /// A heartbeat's word of a producer group.
    pub(super) fn register_producer(&self, peer: &Arc<Peer>, client_id: &str, group: String) {
        let mut state = self.state.lock();
        join(state.producers.entry(group).or_default(), peer, client_id);
    }

    pub(super) fn unregister_consumer(&self, peer: &Peer, name: &str) {
        let told = self.state.lock().leave(peer, name);
        tell(name, &told.unwrap_or_default());
    }

    pub(super) fn unregister_producer(&self, peer: &Peer, group: &str) {
        let mut state = self.state.lock();
        if let Some(members) = state.producers.get_mut(group) {
            members.retain(|member| member.peer.id != peer.id);
        }
    }

    /// A connection is gone: it leaves all of its groups.
    pub(super) fn disconnect(&self, peer: &Peer) {
        let mut state = self.state.lock();
        for members in state.producers.values_mut() {
            members.retain(|member| member.peer.id != peer.id);
        }
        state.producers.retain(|_, members| !members.is_empty());
        let names: Vec<String> = state.consumers.keys().cloned().collect();
        let told: Vec<_> = names
            .into_iter()
            .filter_map(|name| Some((state.leave(peer, &name)?, name)))
            .collect();
        drop(state);
        for (members, name) in told {
            tell(&name, &members);
        }
    }

    /// A client of a producer group; another number may give another one.
    pub(super) fn producer(&self, group: &str, number: usize) -> Option<Arc<Peer>> {
        let state = self.state.lock();
        let members = state.producers.get(group)?;
        let member = members.get(number.checked_rem(members.len())?)?;
        Some(Arc::clone(&member.peer))
    }

    /// The client ids of a group's members.
    pub(super) fn members(&self, group: &str) -> Option<Vec<String>> {
        let state = self.state.lock();
        let members = &state.consumers.get(group)?.members;
        Some(members.iter().map(|it| it.client_id.clone()).collect())
    }

    /// The consumer groups that exist.
    pub(super) fn names(&self) -> Vec<String> {
        let state = self.state.lock();
        let with_members = state.consumers.keys();
        with_members.chain(&state.known).cloned().collect()
    }

    /// A consumer group with members.
    pub(super) fn view(&self, group: &str) -> Option<GroupView> {
        let state = self.state.lock();
        let group = state.consumers.get(group)?;
        Some(GroupView {
            message_model: group.message_model,
            consume_type: group.consume_type,
            from_where: group.from_where,
            members: group.members.clone(),
            subscriptions: group.subscriptions.values().cloned().collect(),
        })
    }

    /// The producer groups with their members.
    pub(super) fn producers(&self) -> Vec<(String, Vec<Member>)> {
        let state = self.state.lock();
        let groups = state.producers.iter().filter(|(_, it)| !it.is_empty());
        groups
            .map(|(name, members)| (name.clone(), members.clone()))
            .collect()
    }

    /// What a group wants of a topic: `None` where the group has no members, `Some(None)` where
    /// it does not subscribe to the topic.
    pub(super) fn subscription(
        &self,
        group: &str,
        topic: &str,
    ) -> Option<Option<Arc<SubscriptionData>>> {
        let state = self.state.lock();
        let group = state.consumers.get(group)?;
        Some(group.subscriptions.get(topic).cloned())
    }
}

impl State {
    /// Takes a connection out of a group and gives the members that are to hear of it; `None`
    /// where it was not in the group.
    fn leave(&mut self, peer: &Peer, name: &str) -> Option<Vec<Member>> {
        let group = self.consumers.get_mut(name)?;
        let before = group.members.len();
        group.members.retain(|member| member.peer.id != peer.id);
        if group.members.len() == before {
            return None;
        }
        let told = group.members_to_tell();
        if group.members.is_empty() {
            self.consumers.remove(name);
        }
        Some(told)
    }
}

impl ConsumerGroup {
    /// Takes what the last heartbeat of any member says, as Java does: whether there are other
    /// topics now. A newer expression alone is no change.
    fn update_subscriptions(&mut self, new: Vec<SubscriptionData>) -> bool {
        let before = self.subscriptions.len();
        let topics: HashSet<_> = new.iter().map(|it| it.topic.clone()).collect();
        self.subscriptions.retain(|topic, _| topics.contains(topic));
        let mut changed = self.subscriptions.len() != before;
        for subscription in new {
            match self.subscriptions.get(&subscription.topic) {
                Some(old) if old.sub_version >= subscription.sub_version => continue,
                Some(_) => {}
                None => changed = true,
            }
            self.subscriptions
                .insert(subscription.topic.clone(), Arc::new(subscription));
        }
        changed
    }

    /// In broadcasting nobody shares, so nobody has to hear.
    fn members_to_tell(&self) -> Vec<Member> {
        match self.message_model {
            MessageModel::Clustering => self.members.clone(),
            MessageModel::Broadcasting => Vec::new(),
        }
    }
}

/// Adds a client; whether its connection is new in the group.
fn join(members: &mut Vec<Member>, peer: &Arc<Peer>, client_id: &str) -> bool {
    if let Some(member) = members.iter_mut().find(|member| member.peer.id == peer.id) {
        if member.client_id != client_id {
            client_id.clone_into(&mut member.client_id);
        }
        return false;
    }
    members.push(Member {
        peer: Arc::clone(peer),
        client_id: client_id.to_owned(),
    });
    true
}

/// Says to members that their group is another one now.
fn tell(group: &str, members: &[Member]) {
    for member in members {
        let mut fields = ExtFields::with_capacity(1);
        fields.push("consumerGroup", group);
        let code = RequestCode::NOTIFY_CONSUMER_IDS_CHANGED;
        let notice = Command::request(code, fields, Bytes::new()).oneway();
        member.peer.send(from_server(notice));
    }
}
