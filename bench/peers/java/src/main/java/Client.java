/** A client that is measured: each scenario reports by itself. */
interface Client {
    void blocking() throws Exception;

    void asynchronous() throws Exception;

    void oneway() throws Exception;

    /** Consumes what the topic holds. */
    void drain() throws Exception;

    /** From the call of a send until the listener has the message, at a rate. */
    void latency() throws Exception;
}
