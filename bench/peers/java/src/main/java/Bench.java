/** Java's clients, measured as bench/c measures ours: the same arguments, the same lines. */
public final class Bench {
    private Bench() {}

    /** {@code apache} or {@code vendor}, then {@code name=value}. */
    public static void main(String[] arguments) throws Exception {
        boolean isVendor = arguments[0].equals("vendor");
        String name = isVendor ? "ons-client 1.8.8.8" : "rocketmq-client 5.3.3";
        String[] rest = java.util.Arrays.copyOfRange(arguments, 1, arguments.length);
        Measurement bench = new Measurement(name, rest);
        Client client = isVendor ? new Vendor(bench) : new Apache(bench);
        switch (bench.text("scenario", "async")) {
            case "blocking" -> client.blocking();
            case "async" -> client.asynchronous();
            case "oneway" -> client.oneway();
            case "drain" -> client.drain();
            case "ordered" -> client.ordered();
            case "ordered-drain" -> client.orderedDrain();
            case "latency" -> client.latency();
            default -> throw new IllegalArgumentException("no such scenario");
        }
        if (bench.failed.get() > 0) {
            System.err.println(bench.failed.get() + " messages were not stored");
        }
        System.exit(bench.failed.get() > 0 ? 1 : 0);
    }
}
