// Messages that are delivered at a time: `delayed [NAMESRV_ADDR]`.
#include "common.hpp"

using namespace std::chrono;

// Sends a message that is to come at once, and one in five seconds.
static void example(const std::string &address) {
    Countdown countdown(2);
    const auto began = steady_clock::now();
    onsmq::Consumer consumer({{"NAMESRV_ADDR", address}, {"GROUP_ID", "GID_delayed_cpp"}});
    consumer.subscribe("delayed_cpp", "*", [&](onsmq::MessageView message) {
        const auto passed = round<seconds>(steady_clock::now() - began);
        say("received  ", message.body(), " after ", std::to_string(passed.count()), " s");
        countdown.came();
        return onsmq::Action::CommitMessage;
    });
    consumer.start();

    onsmq::Producer producer({{"NAMESRV_ADDR", address}});
    producer.start();
    producer.send(onsmq::Message("delayed_cpp", "news"));
    // A point in time, or whole milliseconds since 1970. Brokers of 4.x have a number of delays, of
    // which 5 s is one. With another one they refuse, or take the nearest where
    // TimedMessageFallback says so.
    const auto due = system_clock::now() + seconds(5);
    producer.send(onsmq::Message("delayed_cpp", "a reminder").start_deliver_time(due));
    countdown.wait();

    producer.shutdown();
    consumer.shutdown();
}

int main(int argc, char **argv) { return run(argc, argv, example); }
