import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** What is measured, its arguments, and the line that is printed: those of bench/c. */
final class Measurement {
    /** Messages that were not stored. */
    final AtomicLong failed = new AtomicLong();

    private final String client;
    private final Map<String, String> arguments = new HashMap<>();
    private final AtomicInteger warm = new AtomicInteger();
    private final AtomicInteger came = new AtomicInteger();
    private volatile double[] latencies;
    private long begunNs;
    private double begunCpu;

    Measurement(String client, String[] arguments) {
        this.client = client;
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            this.arguments.put(parts[0], parts[1]);
        }
    }

    String text(String name, String otherwise) {
        return arguments.getOrDefault(name, otherwise);
    }

    int number(String name, int otherwise) {
        return Integer.parseInt(text(name, String.valueOf(otherwise)));
    }

    byte[] body() {
        byte[] body = new byte[number("body", 128)];
        Arrays.fill(body, (byte) 'x');
        return body;
    }

    void begin() {
        begunNs = System.nanoTime();
        begunCpu = cpu();
    }

    /** One call of each of so many threads after the other: how long each took is reported. */
    void blocking(Sending sending) throws Exception {
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
                                sending.send();
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
    }

    /** One call after the other, of which nobody asks how long each took. */
    void oneway(Sending sending) throws Exception {
        int messages = number("messages", 100000);
        begin();
        for (int at = 0; at < messages; ++at) {
            sending.send();
        }
        report(null);
    }

    /** Messages without waiting for each, so many in flight at most. */
    void asynchronous(Begun begun) throws Exception {
        int messages = number("messages", 100000);
        Semaphore inFlight = new Semaphore(number("in_flight", 10000));
        CountDownLatch left = new CountDownLatch(messages);
        Consumer<Boolean> over =
            stored -> {
                if (!stored) {
                    failed.incrementAndGet();
                }
                inFlight.release();
                left.countDown();
            };
        begin();
        for (int at = 0; at < messages; ++at) {
            inFlight.acquire();
            begun.send(over);
        }
        left.await();
        report(null);
    }

    /** A send that does not block, and tells whether the message was stored. */
    interface Begun {
        void send(Consumer<Boolean> over) throws Exception;
    }

    /** Sends at a rate what {@link #received} is to be called with. */
    void latency(Stamped sending) throws Exception {
        int rate = number("rate", 1000);
        // Until the consumer has its queues, and a second more.
        do {
            sendAtRate(sending, rate, rate, 0);
        } while (warm.get() == 0);
        sendAtRate(sending, rate, rate, 0);
        int messages = number("messages", 100000);
        latencies = new double[messages];
        begin();
        sendAtRate(sending, rate, messages, 1);
        while (came.get() < messages) {
            Thread.sleep(1);
        }
        report(latencies);
    }

    private void sendAtRate(Stamped sending, int rate, int count, int counts) throws Exception {
        long begun = System.nanoTime();
        for (int at = 0; at < count; ++at) {
            long wait = begun + at * 1_000_000_000L / rate - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
            ByteBuffer body = ByteBuffer.wrap(body());
            body.putLong(System.nanoTime()).putLong(ProcessHandle.current().pid()).putInt(counts);
            sending.send(body.array());
        }
    }

    /** The listener has a message. */
    void received(byte[] bytes) {
        ByteBuffer body = ByteBuffer.wrap(bytes);
        long begun = body.getLong();
        if (body.getLong() != ProcessHandle.current().pid()) {
            return;
        }
        if (body.getInt() == 0) {
            warm.incrementAndGet();
        } else {
            latencies[came.getAndIncrement()] = (System.nanoTime() - begun) / 1e3;
        }
    }

    /** A send of a body that does not block. */
    interface Stamped {
        void send(byte[] body) throws Exception;
    }

    /** A send that is over when it returns. */
    interface Sending {
        void send() throws Exception;
    }

    void report(double[] times) throws Exception {
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
            "{\"client\":\"%s\",\"language\":\"Java\",\"scenario\":\"%s\","
                + "\"body_bytes\":%d,\"threads\":%d,\"messages\":%d,\"msg_per_s\":%.0f,"
                + "\"p50_us\":%s,\"p99_us\":%s,\"client_cpu_s_per_1M\":%.3f,"
                + "\"client_rss_mib\":%.1f,\"server\":\"%s\"}%n",
            client,
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

    private static double cpu() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return ((com.sun.management.OperatingSystemMXBean) system).getProcessCpuTime() / 1e9;
    }
}
