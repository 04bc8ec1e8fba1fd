import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Apache's Java client. */
final class Apache implements Client {
    private final Measurement bench;

    Apache(Measurement bench) {
        this.bench = bench;
    }

    private Message message() {
        return new Message(bench.text("topic", "bench"), bench.body());
    }

    private DefaultMQProducer producer() throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("GID_bench");
        producer.setNamesrvAddr(bench.text("address", ""));
        producer.setSendMsgTimeout(30000);
        producer.start();
        for (int at = 0; at < bench.number("warmup", 20000); ++at) {
            producer.send(message());
        }
        if (bench.text("auto_batch", "").equals("true")) {
            producer.setAutoBatch(true);
        }
        return producer;
    }

    private static SendCallback callback(java.util.function.Consumer<Boolean> over) {
        return new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
                over.accept(true);
            }

            @Override
            public void onException(Throwable error) {
                over.accept(false);
            }
        };
    }

    @Override
    public void blocking() throws Exception {
        DefaultMQProducer producer = producer();
        bench.blocking(() -> producer.send(message()));
        producer.shutdown();
    }

    @Override
    public void asynchronous() throws Exception {
        DefaultMQProducer producer = producer();
        bench.asynchronous(over -> producer.send(message(), callback(over)));
        producer.shutdown();
    }

    @Override
    public void oneway() throws Exception {
        DefaultMQProducer producer = producer();
        bench.oneway(() -> producer.sendOneway(message()));
        producer.shutdown();
    }

    @Override
    public void ordered() throws Exception {
        DefaultMQProducer producer = producer();
        bench.blocking(
            () ->
                producer.send(
                    message(),
                    (queues, message, key) -> queues.get((int) ((long) key % queues.size())),
                    Thread.currentThread().getId()));
        producer.shutdown();
    }

    private DefaultMQPushConsumer consumer() throws Exception {
        DefaultMQPushConsumer consumer =
            new DefaultMQPushConsumer(bench.text("group", "GID_drain"));
        consumer.setNamesrvAddr(bench.text("address", ""));
        consumer.setPullBatchSize(bench.number("pull", 32));
        consumer.setConsumeMessageBatchMaxSize(bench.number("many", 1));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(bench.text("topic", "bench"), "*");
        return consumer;
    }

    @Override
    public void latency() throws Exception {
        DefaultMQProducer producer = producer();
        DefaultMQPushConsumer consumer = consumer();
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET);
        consumer.registerMessageListener(
            (MessageListenerConcurrently)
                (messages, context) -> {
                    messages.forEach(message -> bench.received(message.getBody()));
                    return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
                });
        consumer.start();
        SendCallback ignored =
            callback(
                stored -> {
                    if (!stored) {
                        bench.failed.incrementAndGet();
                    }
                });
        String topic = bench.text("topic", "bench");
        bench.latency(body -> producer.send(new Message(topic, body), ignored));
        producer.shutdown();
        consumer.shutdown();
    }

    @Override
    public void drain() throws Exception {
        Drain drain = new Drain();
        DefaultMQPushConsumer consumer = consumer();
        consumer.registerMessageListener(
            (MessageListenerConcurrently)
                (messages, context) -> {
                    drain.received(messages);
                    return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
                });
        drain.run(consumer);
    }

    @Override
    public void orderedDrain() throws Exception {
        Drain drain = new Drain();
        DefaultMQPushConsumer consumer = consumer();
        consumer.registerMessageListener(
            (MessageListenerOrderly)
                (messages, context) -> {
                    drain.received(messages);
                    return ConsumeOrderlyStatus.SUCCESS;
                });
        drain.run(consumer);
    }

    /** From the first message until all have come. */
    private final class Drain {
        private final CountDownLatch left = new CountDownLatch(bench.number("messages", 100000));
        private final AtomicBoolean begun = new AtomicBoolean();

        void received(List<MessageExt> messages) {
            if (begun.compareAndSet(false, true)) {
                bench.begin();
            }
            messages.forEach(message -> left.countDown());
        }

        void run(DefaultMQPushConsumer consumer) throws Exception {
            consumer.start();
            left.await();
            bench.report(null);
            consumer.shutdown();
        }
    }
}
