import com.aliyun.openservices.ons.api.Action;
import com.aliyun.openservices.ons.api.Consumer;
import com.aliyun.openservices.ons.api.Message;
import com.aliyun.openservices.ons.api.ONSFactory;
import com.aliyun.openservices.ons.api.OnExceptionContext;
import com.aliyun.openservices.ons.api.Producer;
import com.aliyun.openservices.ons.api.PropertyKeyConst;
import com.aliyun.openservices.ons.api.SendCallback;
import com.aliyun.openservices.ons.api.SendResult;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** The vendor's Java SDK. */
final class Vendor implements Client {
    private final Measurement bench;

    Vendor(Measurement bench) {
        this.bench = bench;
    }

    private Message message() {
        return new Message(bench.text("topic", "bench"), "", bench.body());
    }

    private Properties properties() {
        Properties properties = new Properties();
        properties.setProperty(PropertyKeyConst.NAMESRV_ADDR, bench.text("address", ""));
        properties.setProperty(PropertyKeyConst.GROUP_ID, bench.text("group", "GID_bench"));
        properties.setProperty(PropertyKeyConst.AccessKey, "not asked for");
        properties.setProperty(PropertyKeyConst.SecretKey, "not asked for");
        properties.setProperty(PropertyKeyConst.SendMsgTimeoutMillis, "30000");
        return properties;
    }

    private Producer producer() {
        Producer producer = ONSFactory.createProducer(properties());
        producer.start();
        for (int at = 0; at < bench.number("warmup", 20000); ++at) {
            producer.send(message());
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
            public void onException(OnExceptionContext context) {
                over.accept(false);
            }
        };
    }

    @Override
    public void blocking() throws Exception {
        Producer producer = producer();
        bench.blocking(() -> producer.send(message()));
        producer.shutdown();
    }

    @Override
    public void asynchronous() throws Exception {
        Producer producer = producer();
        bench.asynchronous(over -> producer.sendAsync(message(), callback(over)));
        producer.shutdown();
    }

    @Override
    public void oneway() throws Exception {
        Producer producer = producer();
        bench.oneway(() -> producer.sendOneway(message()));
        producer.shutdown();
    }

    @Override
    public void latency() throws Exception {
        Producer producer = producer();
        Consumer consumer = ONSFactory.createConsumer(properties());
        String topic = bench.text("topic", "bench");
        consumer.subscribe(
            topic,
            "*",
            (message, context) -> {
                bench.received(message.getBody());
                return Action.CommitMessage;
            });
        consumer.start();
        SendCallback ignored =
            callback(
                stored -> {
                    if (!stored) {
                        bench.failed.incrementAndGet();
                    }
                });
        bench.latency(body -> producer.sendAsync(new Message(topic, "", body), ignored));
        producer.shutdown();
        consumer.shutdown();
    }

    @Override
    public void drain() throws Exception {
        CountDownLatch left = new CountDownLatch(bench.number("messages", 100000));
        AtomicBoolean begun = new AtomicBoolean();
        Consumer consumer = ONSFactory.createConsumer(properties());
        consumer.subscribe(
            bench.text("topic", "bench"),
            "*",
            (message, context) -> {
                if (begun.compareAndSet(false, true)) {
                    bench.begin();
                }
                left.countDown();
                return Action.CommitMessage;
            });
        consumer.start();
        left.await();
        bench.report(null);
        consumer.shutdown();
    }
}
