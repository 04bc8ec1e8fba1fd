//! HEART_BEAT, UNREGISTER_CLIENT, GET_CONSUMER_LIST_BY_GROUP and CHECK_CLIENT_CONFIG (Java's
//! `ClientManageProcessor`).

use std::sync::Arc;

use onsmq_proto::body::{ConsumerList, HeartbeatData};
use onsmq_proto::codec::{Command, ResponseCode};
use onsmq_proto::names;
use onsmq_proto::subscription::SubscriptionData;
use serde::Deserialize;

use super::Broker;
use crate::answer::{Answered, Refusal, success};
use crate::service::Context;
use crate::store::Filter;

/// The body of CHECK_CLIENT_CONFIG, as far as it is looked at.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientConfig {
    subscription_data: Option<SubscriptionData>,
}

impl Broker {
    /// Each consumer group gets its retry topic; 5.3.3 makes it in broadcasting, too.
    pub(super) fn heartbeat(&self, context: &Context<'_>, request: &Command) -> Answered {
        let heartbeat = HeartbeatData::decode(&request.body)?;
        context.peer.introduce(request.language, request.version);
        for group in heartbeat.consumer_data_set {
            self.groups.make_known(&group.group_name)?;
            self.group_topic(&names::retry_topic(&group.group_name))?;
            self.groups
                .register_consumer(context.peer, &heartbeat.client_id, group);
        }
        for group in heartbeat.producer_data_set {
            let name = group.group_name;
            self.groups
                .register_producer(context.peer, &heartbeat.client_id, name);
        }
        let mut answer = success();
        answer
            .fields
            .push("IS_SUPPORT_HEART_BEAT_V2", true)
            .push("IS_SUB_CHANGE", true);
        Ok(answer.into())
    }

    pub(super) fn unregister_client(&self, context: &Context<'_>, request: &Command) -> Answered {
        request.fields.required("clientID")?;
        if let Some(group) = request.fields.get("producerGroup") {
            self.groups.unregister_producer(context.peer, group);
        }
        if let Some(group) = request.fields.get("consumerGroup") {
            self.groups.unregister_consumer(context.peer, group);
        }
        Ok(success().into())
    }

    pub(super) fn consumer_list(&self, request: &Command) -> Answered {
        let group = request.fields.required("consumerGroup")?;
        let members = self.groups.members(group).ok_or_else(|| {
            let text = format!("no consumer for this group, {group}");
            Refusal::new(ResponseCode::SYSTEM_ERROR, text)
        })?;
        let list = ConsumerList {
            consumer_id_list: members,
        };
        let mut answer = success();
        answer.body = to_json(&list)?.into();
        Ok(answer.into())
    }

    pub(super) fn check_client_config(&self, request: &Command) -> Answered {
        let config: ClientConfig = from_json(&request.body)?;
        if let Some(subscription) = config.subscription_data {
            filter(Arc::new(subscription))?;
        }
        Ok(success().into())
    }
}

/// What a subscription chooses by: tags, or a condition on properties, as with
/// `enablePropertyFilter`.
pub(super) fn filter(subscription: Arc<SubscriptionData>) -> Result<Filter, Refusal> {
    match subscription.expression_type.as_str() {
        "" | "TAG" | "SQL92" => {}
        other => {
            return Err(Refusal::new(
                ResponseCode::SYSTEM_ERROR,
                format!("The broker does not support consumer to filter message by {other}"),
            ));
        }
    }
    Filter::new(subscription)
        .map_err(|error| Refusal::new(ResponseCode::SUBSCRIPTION_PARSE_FAILED, error.to_string()))
}

pub(super) fn from_json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::new(ResponseCode::SYSTEM_ERROR, error.to_string()))
}

pub(super) fn to_json(value: &impl serde::Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(value)
        .map_err(|error| Refusal::new(ResponseCode::SYSTEM_ERROR, error.to_string()))
}
