use onsmq_proto::body::{BrokerData, MASTER_ID, QueueData, TopicRouteData};
use onsmq_proto::hash::{java_string_hash, sharding_index};
use onsmq_proto::machine::Route;

use crate::support::{ValueExt as _, of_kind};

#[test]
fn string_hashes_are_those_of_java() {
    for vector in of_kind("hash", "java_string_hash") {
        assert_eq!(
            i64::from(java_string_hash(vector["s"].text())),
            vector["hash"].int(),
            "{vector}"
        );
    }
}

#[test]
fn sharding_keys_take_the_queues_that_the_vendor_takes() {
    for vector in of_kind("hash", "vendor_order_producer") {
        for (queues, queue) in vector["queue_by_queue_count"].as_object().expect("queues") {
            let index = sharding_index(vector["sharding_key"].text(), queues.parse().unwrap());
            assert_eq!(
                index.map(|index| index as i64),
                Some(queue.int()),
                "{vector}"
            );
        }
    }
    assert_eq!(sharding_index("any", 0), None);
}

#[test]
fn queues_are_written_in_the_order_of_java() {
    for vector in of_kind("hash", "queue_order") {
        let datas = vector["route_queue_datas"].list();
        let data = TopicRouteData {
            order_topic_conf: vector["order_topic_conf"].as_str().map(str::to_owned),
            broker_datas: datas
                .iter()
                .map(|data| BrokerData {
                    broker_name: data[0].text().to_owned(),
                    broker_addrs: [(MASTER_ID, "127.0.0.1:1".to_owned())].into(),
                    ..BrokerData::default()
                })
                .collect(),
            queue_datas: datas
                .iter()
                .map(|data| QueueData {
                    broker_name: data[0].text().to_owned(),
                    write_queue_nums: data[1].int().try_into().unwrap(),
                    read_queue_nums: data[1].int().try_into().unwrap(),
                    perm: 6,
                    topic_sys_flag: 0,
                })
                .collect(),
        };
        let route = Route::new("topic", data);
        let order: Vec<_> = route
            .write_queues
            .iter()
            .map(|queue| serde_json::json!([&*queue.broker_name, queue.queue_id]))
            .collect();
        assert_eq!(order, vector["queues_in_order"].list());
    }
}
