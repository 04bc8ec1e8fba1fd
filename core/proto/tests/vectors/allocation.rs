use onsmq_proto::machine::{
    MessageQueue, allocate_averagely, allocate_averagely_by_circle, sort_members,
};

use crate::support::{ValueExt as _, of_kind};

fn check(kind: &str, allocate: impl Fn(usize, usize, usize) -> Vec<usize>) {
    for vector in of_kind("allocation", kind) {
        let (queues, members) = (vector["queues"].int(), vector["consumers"].int());
        let by_index = vector["by_index"].list();
        assert_eq!(by_index.len() as i64, members);
        for (index, expected) in by_index.iter().enumerate() {
            let taken = allocate(
                queues.try_into().unwrap(),
                members.try_into().unwrap(),
                index,
            );
            assert_eq!(serde_json::json!(taken), *expected, "{vector} at {index}");
        }
    }
}

#[test]
fn queues_are_split_as_java_splits_them() {
    check("averagely", |queues, members, index| {
        allocate_averagely(queues, members, index).collect()
    });
}

#[test]
fn queues_are_dealt_out_in_turn_as_java_does() {
    check("averagely_by_circle", |queues, members, index| {
        allocate_averagely_by_circle(queues, members, index).collect()
    });
}

#[test]
fn a_client_that_is_no_member_takes_nothing() {
    assert!(allocate_averagely(8, 2, 2).is_empty());
    assert!(allocate_averagely(8, 0, 0).is_empty());
    assert_eq!(allocate_averagely_by_circle(8, 2, 2).count(), 0);
}

#[test]
fn queues_and_members_are_sorted_as_java_sorts_them() {
    for vector in of_kind("allocation", "sort_then_averagely") {
        let mut queues: Vec<MessageQueue> = vector["queues_in"]
            .list()
            .iter()
            .map(|queue| MessageQueue {
                topic: "t".into(),
                broker_name: queue[0].text().into(),
                queue_id: queue[1].int().try_into().unwrap(),
            })
            .collect();
        queues.sort_unstable();
        let plain = |queue: &MessageQueue| serde_json::json!([&*queue.broker_name, queue.queue_id]);
        let sorted: Vec<_> = queues.iter().map(plain).collect();
        assert_eq!(sorted, vector["queues_sorted"].list());

        let mut members: Vec<String> = vector["client_ids_in"]
            .list()
            .iter()
            .map(|id| id.text().to_owned())
            .collect();
        sort_members(&mut members);
        assert_eq!(serde_json::json!(members), vector["client_ids_sorted"]);

        for (index, member) in members.iter().enumerate() {
            let taken = allocate_averagely(queues.len(), members.len(), index);
            let taken: Vec<_> = queues[taken].iter().map(plain).collect();
            assert_eq!(taken, vector["result"][member].list(), "{member}");
        }
    }
}
