//! What a request needs permission for (Java's `PlainAccessResource.parse`).

use std::fmt;

use onsmq_proto::WireError;
use onsmq_proto::body::HeartbeatData;
use onsmq_proto::codec::{Command, RequestCode};

use super::Permission;
use crate::broker::group_of_retry_topic;

/// A topic or a group, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resource {
    Topic(String),
    Group(String),
}

impl Resource {
    /// A group is a resource by its retry topic.
    fn of_topic(topic: &str) -> Self {
        match group_of_retry_topic(topic) {
            Some(group) => Self::Group(group.to_owned()),
            None => Self::Topic(topic.to_owned()),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic(name) => write!(f, "topic:{name}"),
            Self::Group(name) => write!(f, "group:{name}"),
        }
    }
}

type Needed = Vec<(Resource, Permission)>;

/// What a request touches, and what for.
pub(super) fn needed(request: &Command) -> Result<Needed, WireError> {
    let topic = |field| read(request, field, Resource::of_topic);
    let group = |field| read(request, field, |name| Resource::Group(name.to_owned()));
    Ok(match request.request_code() {
        RequestCode::SEND_MESSAGE => sent(request.fields.get("topic")),
        RequestCode::SEND_MESSAGE_V2 | RequestCode::SEND_BATCH_MESSAGE => {
            sent(request.fields.get("b"))
        }
        RequestCode::CONSUMER_SEND_MSG_BACK => group("group"),
        RequestCode::PULL_MESSAGE | RequestCode::UPDATE_CONSUMER_OFFSET => {
            [topic("topic"), group("consumerGroup")].concat()
        }
        RequestCode::QUERY_MESSAGE => topic("topic"),
        RequestCode::UNREGISTER_CLIENT | RequestCode::GET_CONSUMER_LIST_BY_GROUP => {
            group("consumerGroup")
        }
        RequestCode::HEART_BEAT => consumed(&HeartbeatData::decode(&request.body)?),
        _ => Vec::new(),
    })
}

fn read(request: &Command, field: &str, resource: impl Fn(&str) -> Resource) -> Needed {
    let name = request.fields.get(field);
    name.map(|name| (resource(name), Permission::Sub))
        .into_iter()
        .collect()
}

/// What is sent to a retry topic is a consumer's.
fn sent(topic: Option<&str>) -> Needed {
    let with_permission = |resource| match resource {
        Resource::Topic(_) => (resource, Permission::Pub),
        Resource::Group(_) => (resource, Permission::Sub),
    };
    topic
        .map(|topic| with_permission(Resource::of_topic(topic)))
        .into_iter()
        .collect()
}

fn consumed(heartbeat: &HeartbeatData) -> Needed {
    let groups = heartbeat.consumer_data_set.iter();
    groups
        .flat_map(|group| {
            let topics = group.subscription_data_set.iter();
            topics
                .map(|subscription| Resource::of_topic(&subscription.topic))
                .chain([Resource::Group(group.group_name.clone())])
        })
        .map(|resource| (resource, Permission::Sub))
        .collect()
}
