package org.apache.rocketmq.proxy.remoting;

import org.apache.rocketmq.common.utils.StartAndShutdown;
import org.apache.rocketmq.proxy.processor.MessagingProcessor;

/**
 * Comes before the proxy's own class of this name, and opens nothing: that one listens on every
 * address of the machine, for clients that need no proxy.
 */
public final class RemotingProtocolServer implements StartAndShutdown {
    public RemotingProtocolServer(MessagingProcessor processor) {}

    @Override
    public void start() {}

    @Override
    public void shutdown() {}
}
