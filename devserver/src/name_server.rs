//! The name server: which brokers have a topic.

use std::collections::BTreeSet;
use std::sync::Arc;

use onsmq_proto::codec::{Command, RequestCode, ResponseCode};
use serde_json::{Value, json};

use crate::answer::{Answered, Outcome, Refusal, success};
use crate::node::Node;
use crate::settings::CLUSTER;

/// Where Java's texts send their readers.
pub(crate) const FAQ: &str =
    "\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.";

const GET_BROKER_CLUSTER_INFO: RequestCode = RequestCode(106);
const GET_ALL_TOPIC_LIST_FROM_NAMESERVER: RequestCode = RequestCode(206);

/// Clients from this version on (4.9.4) read standard JSON.
const STANDARD_JSON: i16 = 401;

/// Sees its brokers directly: there is nothing to register.
#[derive(Debug)]
pub(crate) struct NameServer {
    nodes: Arc<[Arc<Node>]>,
}

impl NameServer {
    pub(crate) const fn new(nodes: Arc<[Arc<Node>]>) -> Self {
        Self { nodes }
    }

    pub(crate) fn serve(&self, request: &Command) -> Answered {
        match request.request_code() {
            RequestCode::GET_ROUTEINFO_BY_TOPIC => self.route(request),
            GET_BROKER_CLUSTER_INFO => Ok(self.cluster_info(request)),
            GET_ALL_TOPIC_LIST_FROM_NAMESERVER => Ok(self.topic_list()),
            other => Err(unsupported(other)),
        }
    }

    fn route(&self, request: &Command) -> Answered {
        let topic = request.fields.required("topic")?;
        let (brokers, queues): (Vec<_>, Vec<_>) = self
            .nodes
            .iter()
            .filter_map(|node| node.running())
            .filter_map(|broker| Some((broker.topics.get(topic)?, broker)))
            .map(|(topic, broker)| {
                let broker_data = json!({
                    "brokerAddrs": { "0": broker.log.host().to_string() },
                    "brokerName": broker.name,
                    "cluster": CLUSTER,
                    "enableActingMaster": false,
                });
                let queue_data = json!({
                    "brokerName": broker.name,
                    "perm": topic.config.perm,
                    "readQueueNums": topic.config.read_queues,
                    "topicSysFlag": topic.config.sys_flag,
                    "writeQueueNums": topic.config.write_queues,
                });
                (broker_data, queue_data)
            })
            .unzip();
        if queues.is_empty() {
            return Err(Refusal::new(
                ResponseCode::TOPIC_NOT_EXIST,
                format!("No topic route info in name server for the topic: {topic}{FAQ}"),
            ));
        }
        let route = json!({
            "brokerDatas": brokers,
            "filterServerTable": {},
            "queueDatas": queues,
        });
        let text = for_client(request, &route);
        let mut answer = success();
        answer.body = text.into();
        Ok(answer.into())
    }
}

impl NameServer {
    /// The brokers, for Java's admin tool.
    fn cluster_info(&self, request: &Command) -> Outcome {
        let running: Vec<_> = self.nodes.iter().filter_map(|it| it.running()).collect();
        let names: Vec<_> = running.iter().map(|it| it.name.as_str()).collect();
        let addresses: serde_json::Map<_, _> = running
            .iter()
            .map(|broker| {
                let data = json!({
                    "brokerAddrs": { "0": broker.log.host().to_string() },
                    "brokerName": broker.name,
                    "cluster": CLUSTER,
                });
                (broker.name.clone(), data)
            })
            .collect();
        let info = json!({
            "brokerAddrTable": addresses,
            "clusterAddrTable": { CLUSTER: names },
        });
        let mut answer = success();
        answer.body = for_client(request, &info).into();
        answer.into()
    }

    fn topic_list(&self) -> Outcome {
        let brokers = self.nodes.iter().filter_map(|it| it.running());
        let topics: BTreeSet<_> = brokers
            .flat_map(|broker| broker.topics.all())
            .map(|topic| topic.name.to_string())
            .collect();
        let mut answer = success();
        answer.body = json!({ "topicList": topics }).to_string().into();
        answer.into()
    }
}

/// A body that has brokers' addresses, in the form that a client reads.
fn for_client(request: &Command, body: &Value) -> String {
    let wants_standard = request.version >= STANDARD_JSON
        || request.fields.get("acceptStandardJsonOnly") == Some("true");
    let mut text = body.to_string();
    if !wants_standard {
        // fastjson's form, which older clients cannot do without: a number as a key.
        text = text.replace(r#""brokerAddrs":{"0":"#, r#""brokerAddrs":{0:"#);
    }
    text
}

/// What both servers say of a code that they do not know.
pub(crate) fn unsupported(code: RequestCode) -> Refusal {
    Refusal::new(
        ResponseCode::REQUEST_CODE_NOT_SUPPORTED,
        format!(" request type {} not supported", code.0),
    )
}
