import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;

/** Apache's Java client, measured as bench/c measures ours: the same arguments, the same lines. */
public final class Bench {
    private final Map<String, String> arguments = new HashMap<>();
    private final AtomicLong failed = new AtomicLong();
    private long begunNs;
    private double begunCpu;

    private Bench(String[] arguments) {
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            this.arguments.put(parts[0], parts[1]);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Bench bench = new Bench(arguments);
        switch (bench.text("scenario", "async")) {
            case "blocking" -> bench.blocking();
            case "async", "autobatch" -> bench.asynchronous();
            case "drain" -> bench.drain();
            default -> throw new IllegalArgumentException("no such scenario");
        }
        if (bench.failed.get() > 0) {
            System.err.println(bench.failed.get() + " messages were not stored");
        }
        System.exit(bench.failed.get() > 0 ? 1 : 0);
    }

    private String text(String name, String otherwise) {
        return arguments.getOrDefault(name, otherwise);
    }

    private int number(String name, int otherwise) {
        return Integer.parseInt(text(name, String.valueOf(otherwise)));
    }

    private Message message() {
        byte[] body = new byte[number("body", 128)];
        Arrays.fill(body, (byte) 'x');
        return new Message(text("topic", "bench"), body);
    }

    private DefaultMQProducer producer() throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("GID_bench");
        producer.setNamesrvAddr(text("address", ""));
        producer.setSendMsgTimeout(30000);
        producer.start();
        for (int at = 0; at < number("warmup", 20000); ++at) {
            producer.send(message());
        }
        if (text("scenario", "").equals("autobatch")) {
            producer.setAutoBatch(true);
        }
        return producer;
    }

    private void blocking() throws Exception {
        DefaultMQProducer producer = producer();
        int threads = number("threads", 1);
        int each = number("messages", 100000) / threads;
        double[] times = new double[each * threads];
        Thread[] senders = new Thread[threads];
        begin();
        for (int thread = 0; thread < threads; ++thread) {
            int first = thread * each;
            senders[thread] =
                new Thread(
                    () -> {
                        for (int at = first; at < first + each; ++at) {
                            long begun = System.nanoTime();
                            try {
                                producer.send(message());
                            } catch (Exception error) {
                                failed.incrementAndGet();
                            }
                            times[at] = (System.nanoTime() - begun) / 1e3;
                        }
                    });
            senders[thread].start();
        }
        for (Thread sender : senders) {
            sender.join();
        }
        report(times);
        producer.shutdown();
    }

    private void asynchronous() throws Exception {
        DefaultMQProducer producer = producer();
        int messages = number("messages", 100000);
        Semaphore inFlight = new Semaphore(number("in_flight", 10000));
        CountDownLatch left = new CountDownLatch(messages);
        begin();
        for (int at = 0; at < messages; ++at) {
            inFlight.acquire();
            producer.send(
                message(),
                new SendCallback() {
                    @Override
                    public void onSuccess(SendResult result) {
                        over();
                    }

                    @Override
                    public void onException(Throwable error) {
                        failed.incrementAndGet();
                        over();
                    }

                    private void over() {
                        inFlight.release();
                        left.countDown();
                    }
                });
        }
        left.await();
        report(null);
        producer.shutdown();
    }

    private void drain() throws Exception {
        int messages = number("messages", 100000);
        CountDownLatch left = new CountDownLatch(messages);
        AtomicLong first = new AtomicLong();
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(text("group", "GID_drain"));
        consumer.setNamesrvAddr(text("address", ""));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setPullBatchSize(number("pull", 32));
        consumer.setConsumeMessageBatchMaxSize(number("many", 1));
        consumer.subscribe(text("topic", "bench"), "*");
        MessageListenerConcurrently listener =
            (received, context) -> {
                if (first.compareAndSet(0, 1)) {
                    begin();
                }
                received.forEach(message -> left.countDown());
                return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            };
        consumer.registerMessageListener(listener);
        consumer.start();
        left.await();
        report(null);
        consumer.shutdown();
    }

    private void begin() {
        begunNs = System.nanoTime();
        begunCpu = cpu();
    }

    private static double cpu() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return ((com.sun.management.OperatingSystemMXBean) system).getProcessCpuTime() / 1e9;
    }

    private void report(double[] times) throws Exception {
        double wall = (System.nanoTime() - begunNs) / 1e9;
        double cpu = cpu() - begunCpu;
        int messages = number("messages", 100000);
        String p50 = "null";
        String p99 = "null";
        if (times != null) {
            Arrays.sort(times);
            p50 = String.format(Locale.ROOT, "%.1f", times[times.length / 2]);
            p99 = String.format(Locale.ROOT, "%.1f", times[(int) (times.length * 99L / 100)]);
        }
        String rss =
            Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .map(line -> line.replaceAll("\\D", ""))
                .findFirst()
                .orElse("0");
        System.out.printf(
            Locale.ROOT,
            "{\"client\":\"rocketmq-client 5.3.3\",\"language\":\"Java\",\"scenario\":\"%s\","
                + "\"body_bytes\":%d,\"threads\":%d,\"messages\":%d,\"msg_per_s\":%.0f,"
                + "\"p50_us\":%s,\"p99_us\":%s,\"client_cpu_s_per_1M\":%.3f,"
                + "\"client_rss_mib\":%.1f,\"server\":\"%s\"}%n",
            text("scenario", ""),
            number("body", 128),
            number("threads", 1),
            messages,
            messages / wall,
            p50,
            p99,
            cpu / messages * 1e6,
            Double.parseDouble(rss) / 1024,
            text("server", "unknown"));
    }
}
