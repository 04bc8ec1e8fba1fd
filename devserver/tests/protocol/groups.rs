//! Who is in a group, who hears of it, who holds which queue, and how far a group is.

use std::time::{Duration, Instant};

use crate::support::{Client, PATIENCE, consumer, fields, pull_fields, start, with};
use onsmq_devserver::DevServer;
use onsmq_proto::body::{ConsumerList, MessageModel};
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};

async fn members(client: &mut Client) -> Vec<String> {
    let code = RequestCode::GET_CONSUMER_LIST_BY_GROUP;
    let answer = client
        .call(code, fields([("consumerGroup", "g")]), &[])
        .await;
    let mut members = match answer.response_code() {
        ResponseCode::SUCCESS => {
            let list = ConsumerList::decode(&answer.body).expect("a list");
            list.consumer_id_list
        }
        _ => Vec::new(),
    };
    members.sort();
    members
}

/// Waits for the server's word that the group changed.
async fn hear_of_change(client: &mut Client) {
    let notice = client.next().await.expect("a notice");
    let code = RequestCode::NOTIFY_CONSUMER_IDS_CHANGED;
    assert_eq!(notice.request_code(), code);
    assert!(notice.is_oneway());
    assert_eq!(notice.fields.get("consumerGroup"), Some("g"));
}

#[tokio::test]
async fn members_hear_of_who_comes_and_who_goes() {
    let server = start(DevServer::builder()).await;
    let (mut first, mut second) = (Client::of(&server).await, Client::of(&server).await);
    assert!(members(&mut first).await.is_empty());
    first.heartbeat(&consumer("1", "g", &[("t", "*")])).await;
    hear_of_change(&mut first).await;
    second.heartbeat(&consumer("2", "g", &[("t", "*")])).await;
    hear_of_change(&mut first).await;
    hear_of_change(&mut second).await;
    assert_eq!(members(&mut first).await, ["1", "2"]);

    let fields = fields([("clientID", "2"), ("consumerGroup", "g")]);
    let code = RequestCode::UNREGISTER_CLIENT;
    second.done(code, fields, &[]).await;
    hear_of_change(&mut first).await;
    assert_eq!(members(&mut first).await, ["1"]);

    second.heartbeat(&consumer("2", "g", &[("t", "*")])).await;
    hear_of_change(&mut first).await;
    drop(second);
    hear_of_change(&mut first).await;
    assert_eq!(members(&mut first).await, ["1"]);
}

#[tokio::test]
async fn another_topic_is_a_change_and_the_same_heartbeat_is_none() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    client.heartbeat(&consumer("1", "g", &[("t", "*")])).await;
    hear_of_change(&mut client).await;
    client.heartbeat(&consumer("1", "g", &[("t", "*")])).await;
    client.heartbeat(&consumer("1", "g", &[("u", "*")])).await;
    hear_of_change(&mut client).await;
    // Had the second heartbeat been a change, its notice would come before this answer.
    let request = Command::request(RequestCode(9999), ExtFields::new(), bytes::Bytes::new());
    client.ask(request).await;
    assert!(client.next().await.expect("an answer").is_response());
}

#[tokio::test]
async fn in_broadcasting_nobody_hears_anything() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let mut heartbeat = consumer("1", "g", &[("t", "*")]);
    heartbeat.consumer_data_set[0].message_model = MessageModel::Broadcasting;
    let body = heartbeat.encode().expect("JSON");
    let request = Command::request(RequestCode::HEART_BEAT, ExtFields::new(), body.into());
    client.ask(request.clone()).await;
    client.ask(request).await;
    for _ in 0..2 {
        assert!(client.next().await.expect("an answer").is_response());
    }
}

#[tokio::test]
async fn a_heartbeat_makes_the_groups_retry_topic() {
    let server = start(DevServer::builder()).await;
    let answer = crate::support::route(&server, "%RETRY%g").await;
    assert_eq!(answer.response_code(), ResponseCode::TOPIC_NOT_EXIST);
    let mut client = Client::of(&server).await;
    client.heartbeat(&consumer("1", "g", &[("t", "*")])).await;
    let answer = crate::support::route(&server, "%RETRY%g").await;
    let route = onsmq_proto::body::TopicRouteData::decode(&answer.body).expect("a route");
    assert_eq!(route.queue_datas[0].write_queue_nums, 1);
    assert_eq!(route.queue_datas[0].perm, 6);
}

/// Asks for queue 0, or lets it go, as a client of the group `g`.
async fn ask_for_queue(client: &mut Client, code: RequestCode, id: &str) -> bytes::Bytes {
    let body = format!(
        r#"{{"clientId":"{id}","consumerGroup":"g","onlyThisBroker":false,
            "mqSet":[{{"topic":"t","brokerName":"broker-a","queueId":0}}]}}"#
    );
    let answer = client.done(code, ExtFields::new(), body.as_bytes()).await;
    answer.body
}

const LOCKED: &str = r#"{"lockOKMQSet":[{"brokerName":"broker-a","queueId":0,"topic":"t"}]}"#;
const NOT_LOCKED: &str = r#"{"lockOKMQSet":[]}"#;

#[tokio::test]
async fn a_queue_is_locked_by_one_client_at_a_time() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let (lock, unlock) = (RequestCode::LOCK_BATCH_MQ, RequestCode::UNLOCK_BATCH_MQ);
    assert_eq!(ask_for_queue(&mut client, lock, "1").await, LOCKED);
    assert_eq!(ask_for_queue(&mut client, lock, "2").await, NOT_LOCKED);
    ask_for_queue(&mut client, unlock, "1").await;
    assert_eq!(ask_for_queue(&mut client, lock, "2").await, LOCKED);
}

#[tokio::test]
async fn a_lock_that_is_not_renewed_runs_out() {
    let life = Duration::from_millis(200);
    let server = start(DevServer::builder().lock_life(life)).await;
    let mut client = Client::of(&server).await;
    let lock = RequestCode::LOCK_BATCH_MQ;
    let begin = Instant::now();
    assert_eq!(ask_for_queue(&mut client, lock, "1").await, LOCKED);
    while ask_for_queue(&mut client, lock, "2").await == NOT_LOCKED {
        assert!(begin.elapsed() < PATIENCE, "it does not run out");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(begin.elapsed() >= life, "{:?}", begin.elapsed());
}

#[tokio::test]
async fn offsets_are_kept_for_groups_that_exist() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let (update, query) = (
        RequestCode::UPDATE_CONSUMER_OFFSET,
        RequestCode::QUERY_CONSUMER_OFFSET,
    );
    let queue = fields([("consumerGroup", "g"), ("topic", "t"), ("queueId", "0")]);
    let commit = with(&queue, "commitOffset", 3);
    server.create_topic("t", 1).expect("a name");

    let answer = client.call(update, commit.clone(), &[]).await;
    let code = ResponseCode::SUBSCRIPTION_GROUP_NOT_EXIST;
    assert_eq!(answer.response_code(), code);
    let answer = client.call(query, queue.clone(), &[]).await;
    assert_eq!(answer.response_code(), ResponseCode::QUERY_NOT_FOUND);
    client.send("t", "", "x").await;
    let answer = client.done(query, queue.clone(), &[]).await;
    assert_eq!(answer.fields.get("offset"), Some("0"), "a young queue");
    let strict = with(&queue, "setZeroIfNotFound", false);
    let answer = client.call(query, strict, &[]).await;
    assert_eq!(answer.response_code(), ResponseCode::QUERY_NOT_FOUND);

    client.heartbeat(&consumer("1", "g", &[("t", "*")])).await;
    client.done(update, commit, &[]).await;
    let answer = client.done(query, queue.clone(), &[]).await;
    assert_eq!(answer.fields.get("offset"), Some("3"));
    let pull = with(&pull_fields("g", "t", 0), "sysFlag", 5);
    let pull = with(&pull, "commitOffset", 1);
    client.done(RequestCode::PULL_MESSAGE, pull, &[]).await;
    let answer = client.done(query, queue, &[]).await;
    assert_eq!(answer.fields.get("offset"), Some("1"));
}

#[tokio::test]
async fn queues_tell_their_ends_and_their_times() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    for _ in 0..3 {
        client.send("t", "", "x").await;
    }
    let queue = fields([("topic", "t"), ("queueId", "0")]);
    let first = crate::support::decode(&client.pull("t", 0).await)[0].store_timestamp();
    for (code, time, offset) in [
        (RequestCode::GET_MAX_OFFSET, 0, "3"),
        (RequestCode::GET_MIN_OFFSET, 0, "0"),
        (RequestCode::SEARCH_OFFSET_BY_TIMESTAMP, first, "0"),
        (RequestCode::SEARCH_OFFSET_BY_TIMESTAMP, i64::MAX, "3"),
    ] {
        let answer = client
            .done(code, with(&queue, "timestamp", time), &[])
            .await;
        assert_eq!(answer.fields.get("offset"), Some(offset), "{code}");
    }
    let code = RequestCode::GET_EARLIEST_MSG_STORETIME;
    let answer = client.done(code, queue, &[]).await;
    assert_eq!(answer.fields.parse("timestamp"), Ok(Some(first)));
}
