/** A client that is measured: each scenario reports by itself. */
interface Client {
    void blocking() throws Exception;

    void asynchronous() throws Exception;

    void oneway() throws Exception;

    /** Consumes what the topic holds. */
    void drain() throws Exception;

    /** Blocking sends, each thread's to one queue. */
    default void ordered() throws Exception {
        throw new UnsupportedOperationException("not measured");
    }

    /** As {@link #drain}, each queue's in its order. */
    default void orderedDrain() throws Exception {
        throw new UnsupportedOperationException("not measured");
    }

    /** From the call of a send until the listener has the message, at a rate. */
    void latency() throws Exception;
}
