use onsmq_proto::body::{ConsumerList, HeartbeatData, TopicRouteData};
use onsmq_proto::subscription::SubscriptionData;

use crate::support::{ValueExt as _, vectors};

/// Java writes the sets in the order of their hashes.
fn unordered(mut subscription: serde_json::Value) -> serde_json::Value {
    for set in ["tagsSet", "codeSet"] {
        let set = subscription[set].as_array_mut().expect("a set");
        set.sort_by_key(serde_json::Value::to_string);
    }
    subscription
}

#[test]
fn subscriptions_are_those_of_java() {
    for vector in vectors("subscription") {
        let expression = vector["expression"].as_str().unwrap_or_default();
        let made = SubscriptionData::tags("golden-topic", expression, 1_700_000_000_000);
        if !vector["error"].is_null() {
            made.expect_err(expression);
            continue;
        }
        let made = made.expect("an expression");
        assert_eq!(made.sub_string, vector["sub_string"].text());
        let json = serde_json::from_str(vector["json"].text()).unwrap();
        assert_eq!(
            unordered(serde_json::to_value(&made).unwrap()),
            unordered(json),
            "{vector}"
        );
    }
}

#[test]
fn heartbeats_survive_being_read_and_written() {
    for vector in vectors("heartbeat") {
        let Some(body) = vector["body"].as_str() else {
            continue;
        };
        let read = HeartbeatData::decode(body.as_bytes()).expect("a heartbeat");
        let again = HeartbeatData::decode(&read.encode().unwrap()).expect("a heartbeat");
        assert_eq!(again, read, "{vector}");
        assert!(!read.client_id.is_empty());
    }
}

#[test]
fn captured_routes_and_member_lists_are_read() {
    let (mut routes, mut lists) = (0, 0);
    for vector in vectors("frames") {
        if vector["kind"] != "response" || vector["code"] != 0 {
            continue;
        }
        let Some(body) = vector["body_text"].as_str() else {
            continue;
        };
        match vector["theme"].text() {
            "GET_ROUTEINFO_BY_TOPIC" => {
                let route = TopicRouteData::decode(body.as_bytes()).expect("a route");
                assert!(!route.queue_datas.is_empty(), "{}", vector["id"]);
                for queues in &route.queue_datas {
                    let master = route.master(&queues.broker_name).expect("a master");
                    assert!(master.rsplit_once(':').is_some(), "{master}");
                }
                routes += 1;
            }
            "GET_CONSUMER_LIST_BY_GROUP" => {
                let list = ConsumerList::decode(body.as_bytes()).expect("a list");
                assert!(!list.consumer_id_list.is_empty(), "{}", vector["id"]);
                lists += 1;
            }
            _ => {}
        }
    }
    assert!(routes > 10 && lists > 5, "{routes} routes, {lists} lists");
}
