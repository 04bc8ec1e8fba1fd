import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs a RocketMQ main class the way tests need it: it dies with the process that started it,
 * listens on loopback only, and never refuses messages because the disk is nearly full.
 *
 * <p>Arguments: the main class, then its own arguments.
 */
public final class Launcher {
    private static final String BROKER = "org.apache.rocketmq.broker.BrokerStartup";

    public static void main(String[] args) throws Exception {
        dieWithParent(System.in);
        listenOnLoopback();
        String[] own = Arrays.copyOfRange(args, 1, args.length);
        if (BROKER.equals(args[0])) {
            startBroker(own);
        } else {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object) own);
        }
    }

    /**
     * Standard input is a pipe that only the parent holds; the kernel closes it when the parent
     * dies, however that happens.
     */
    private static void dieWithParent(InputStream parent) {
        Thread watch = new Thread(() -> {
            try {
                while (parent.read() >= 0) {
                    continue;
                }
            } catch (IOException gone) {
                // As good as the end of the stream.
            }
            Runtime.getRuntime().halt(0);
        }, "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    /**
     * Makes "any address" mean loopback. 4.9.7 has no setting for the address it listens on, and
     * 5.3.3 has none for its HA port; both ask {@link InetAddress} for the any-address.
     */
    private static void listenOnLoopback() throws ReflectiveOperationException {
        Object implementation = field(InetAddress.class, "impl").get(null);
        field(implementation.getClass(), "anyLocalAddress")
            .set(implementation, InetAddress.getLoopbackAddress());
    }

    private static void startBroker(String[] args) throws ReflectiveOperationException {
        Class<?> startup = Class.forName(BROKER);
        Object controller =
            startup.getMethod("createBrokerController", String[].class).invoke(null, (Object) args);
        startup.getMethod("start", controller.getClass()).invoke(null, controller);
        neverCheckDisk(controller.getClass().getMethod("getMessageStore").invoke(controller));
    }

    /**
     * Takes the disk check, which first runs a minute after the start, out of the store's timer:
     * 5.3.3 refuses messages on a disk more than 90 % full, and caps the setting there. (4.9.7
     * has another kind of timer, and its limit is a property that can be as high as one likes.)
     */
    private static void neverCheckDisk(Object store) throws ReflectiveOperationException {
        Object timer = field(store.getClass(), "scheduledExecutorService").get(store);
        if (!(timer instanceof ScheduledThreadPoolExecutor)) {
            return;
        }
        ScheduledThreadPoolExecutor tasks = (ScheduledThreadPoolExecutor) timer;
        for (Runnable task : tasks.getQueue()) {
            if (((Delayed) task).getDelay(TimeUnit.SECONDS) > 30) {
                tasks.remove(task);
            }
        }
    }

    private static Field field(Class<?> owner, String name) throws ReflectiveOperationException {
        Field field = owner.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
