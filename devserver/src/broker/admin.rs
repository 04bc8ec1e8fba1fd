//! UPDATE_AND_CREATE_TOPIC.

use onsmq_proto::codec::{Command, ResponseCode};
use onsmq_proto::names;

use super::Broker;
use super::topics::check_name;
use crate::answer::{Answered, Refusal, success};
use crate::settings::MAX_QUEUES;
use crate::store::TopicConfig;

impl Broker {
    pub(super) fn update_topic(&self, request: &Command) -> Answered {
        let fields = &request.fields;
        let name = fields.required("topic")?;
        let illegal = |why: String| Refusal::new(ResponseCode::INVALID_PARAMETER, why);
        check_name(name).map_err(|why| illegal(why.to_owned()))?;
        if names::is_system_topic(name) {
            let text = format!("The topic[{name}] is conflict with system topic.");
            return Err(illegal(text));
        }
        let config = TopicConfig {
            read_queues: fields.parse_required("readQueueNums")?,
            write_queues: fields.parse_required("writeQueueNums")?,
            perm: fields.parse_required("perm")?,
            sys_flag: fields.parse("topicSysFlag")?.unwrap_or(0),
            order: fields.parse("order")?.unwrap_or(false),
        };
        if config.read_queues.max(config.write_queues) > MAX_QUEUES {
            return Err(illegal(format!("more than {MAX_QUEUES} queues")));
        }
        self.topics.set(name, config)?;
        Ok(success().into())
    }
}
