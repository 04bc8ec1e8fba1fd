// Messages of an order in their order: `ordered [NAMESRV_ADDR]`.
#include "common.hpp"

// Sends three steps of each of three orders, and receives each order's in turn.
static void example(const std::string &address) {
    Countdown countdown(9);
    onsmq::OrderConsumer consumer(
        {{"NAMESRV_ADDR", address}, {"GROUP_ID", "GID_ordered_cpp"}, {"suspendTimeMillis", "100"}});
    consumer.subscribe("ordered_cpp", "*", [&](onsmq::MessageView message) {
        if (message.body() == "paid" && message.reconsume_times() == 0) {
            // Its queue waits, and it comes again before the next one.
            return onsmq::OrderAction::Suspend;
        }
        say(message.sharding_key(), " is ", message.body());
        countdown.came();
        return onsmq::OrderAction::Success;
    });
    consumer.start();

    onsmq::OrderProducer producer({{"NAMESRV_ADDR", address}});
    producer.start();
    for (const auto step : {"created", "paid", "shipped"}) {
        for (const auto order : {"order-1", "order-2", "order-3"}) {
            // The sharding key says within what the order is kept.
            producer.send(onsmq::Message("ordered_cpp", step), order);
        }
    }
    countdown.wait();

    producer.shutdown();
    consumer.shutdown();
}

int main(int argc, char **argv) { return run(argc, argv, example); }
