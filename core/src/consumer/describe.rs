//! What a consumer is doing, for brokers and operators who ask (`wire.md`, section 11).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use onsmq_proto::body::{
    ConsumeFromWhere, ConsumerRunningInfo, MessageModel, ProcessQueueInfo, QueueRef, property,
};

use super::assignment::AssignedQueue;
use super::group::Group;

impl Group {
    pub(super) fn describe(&self, with_workers: bool) -> ConsumerRunningInfo {
        let mut queues = self.assigned();
        queues.sort_by(|left, right| left.queue.cmp(&right.queue));
        ConsumerRunningInfo {
            properties: self.properties(),
            subscriptions: self.subscriptions.data(),
            queues: queues.iter().map(|it| describe_queue(it)).collect(),
            status: self
                .subscriptions
                .topics()
                .iter()
                .map(|topic| (topic.to_string(), self.statistics.of(topic).status()))
                .collect(),
            jstack: with_workers.then(|| self.workers(&queues)),
        }
    }

    /// By the names of Java's consumer, so that consoles find them.
    fn properties(&self) -> BTreeMap<String, String> {
        let config = &self.config;
        let name_servers = self.instance.name_servers();
        let threads = config.consume_thread_nums.to_string();
        [
            (
                property::NAME_SERVERS,
                name_servers
                    .iter()
                    .fold(String::new(), |all, it| all + it + ";"),
            ),
            (property::THREADS, threads.clone()),
            (property::ORDERLY, config.ordered.to_string()),
            (property::CONSUME_TYPE, "CONSUME_PASSIVELY".to_owned()),
            (
                property::CLIENT_VERSION,
                concat!("onsmq ", env!("CARGO_PKG_VERSION")).to_owned(),
            ),
            (property::STARTED, self.started.to_string()),
            ("consumerGroup", self.name.clone()),
            (
                "messageModel",
                message_model(config.message_model).to_owned(),
            ),
            (
                "consumeFromWhere",
                start(config.consume_from_where).to_owned(),
            ),
            ("consumeThreadMin", threads.clone()),
            ("consumeThreadMax", threads),
            (
                "consumeMessageBatchMaxSize",
                config.batch_max_size.to_string(),
            ),
            (
                "consumeTimeout",
                (config.consume_timeout.as_secs() / 60).to_string(),
            ),
            ("maxReconsumeTimes", config.max_reconsume_times.to_string()),
            ("pullBatchSize", config.pull_batch_size.to_string()),
            (
                "pullThresholdForTopic",
                config.max_cached_messages.to_string(),
            ),
            (
                "pullThresholdSizeForTopic",
                (config.max_cached_bytes >> 20).to_string(),
            ),
            (
                "suspendCurrentQueueTimeMillis",
                config.suspend_time.as_millis().to_string(),
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// The state of this consumer's own workers, in words: there is a task for each queue, and the
    /// listeners.
    fn workers(&self, queues: &[std::sync::Arc<AssignedQueue>]) -> String {
        let mut text = format!(
            "consumer of group {}: {} messages handed over and not completed, {} wait, {} tasks\n",
            self.name,
            self.outstanding.count(),
            self.subscriptions.waiting(),
            self.tasks.len(),
        );
        for queue in queues {
            // Nothing fails that writes into a string.
            let _ = writeln!(text, "queue {}: {}", queue.queue, queue.activity);
        }
        text
    }
}

fn describe_queue(queue: &AssignedQueue) -> (QueueRef, ProcessQueueInfo) {
    let order = queue.order.as_ref();
    let mut info = ProcessQueueInfo {
        commit_offset: -1,
        locked: order.is_some_and(super::queue_order::Order::is_locked),
        last_lock_timestamp: order.map_or(0, super::queue_order::Order::last_lock),
        droped: queue.is_dropped(),
        dropped: queue.is_dropped(),
        last_pull_timestamp: queue.activity.last_pull(),
        last_consume_timestamp: queue.last_consumed.load(Ordering::Relaxed),
        ..ProcessQueueInfo::default()
    };
    queue.window(|window| {
        info.commit_offset = window.commit_offset();
        info.cached_msg_count = window.len();
        info.cached_msg_size_in_mi_b = window.bytes() >> 20;
        if let Some((first, last)) = window.span() {
            info.cached_msg_min_offset = first;
            info.cached_msg_max_offset = last;
        }
    });
    ((&queue.queue).into(), info)
}

const fn message_model(model: MessageModel) -> &'static str {
    match model {
        MessageModel::Broadcasting => "BROADCASTING",
        MessageModel::Clustering => "CLUSTERING",
    }
}

const fn start(from: ConsumeFromWhere) -> &'static str {
    match from {
        ConsumeFromWhere::ConsumeFromLastOffset => "CONSUME_FROM_LAST_OFFSET",
        ConsumeFromWhere::ConsumeFromFirstOffset => "CONSUME_FROM_FIRST_OFFSET",
        ConsumeFromWhere::ConsumeFromTimestamp => "CONSUME_FROM_TIMESTAMP",
    }
}
