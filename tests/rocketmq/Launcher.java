import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs a RocketMQ main class the way tests need it: it dies with the process that started it,
 * listens on loopback only, and never refuses messages because the disk is nearly full.
 *
 * <p>Arguments: the main class, then its own arguments. Property {@code onsmq.folder}: the
 * cluster's temporary folder.
 */
public final class Launcher {
    private static final String BROKER = "org.apache.rocketmq.broker.BrokerStartup";

    public static void main(String[] args) throws Exception {
        dieWithParent(System.in, Paths.get(System.getProperty("onsmq.folder")));
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
     * dies, however that happens. Nobody is left then to remove the folder, so this does.
     */
    private static void dieWithParent(InputStream parent, Path folder) {
        Thread watch = new Thread(() -> {
            try {
                while (parent.read() >= 0) {
                    continue;
                }
            } catch (IOException gone) {
                // As good as the end of the stream.
            }
            removeAll(folder);
            Runtime.getRuntime().halt(0);
        }, "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static void removeAll(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<Path>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    return remove(file);
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException error) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException error) {
                    return remove(directory);
                }
            });
        } catch (IOException gone) {
            // The other servers of the cluster remove the same folder at the same time.
        }
    }

    private static FileVisitResult remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException notEmpty) {
            // Somebody still writes here; whoever halts last finds it empty.
        }
        return FileVisitResult.CONTINUE;
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
        for (Method method : startup.getMethods()) {
            if (method.getName().equals("start")) {
                method.invoke(null, controller);
            }
        }
        neverCleanDisk(controller.getClass().getMethod("getMessageStore").invoke(controller));
    }

    /**
     * Takes the disk check, which first runs a minute after the start, out of the store's timer:
     * 5.3.3 refuses messages on a disk more than 90 % full, and caps the setting there.
     */
    private static void neverCleanDisk(Object store) throws ReflectiveOperationException {
        Object timer = field(store.getClass(), "scheduledExecutorService").get(store);
        if (!(timer instanceof ScheduledThreadPoolExecutor)) {
            return; // 4.9.7, whose limits are set by properties.
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
