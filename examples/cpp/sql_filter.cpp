// Choosing by a condition on the messages' properties: `sql_filter [NAMESRV_ADDR]`.
//
// Brokers take conditions with enablePropertyFilter=true.
#include "common.hpp"

// Sends three messages, of which one meets the condition.
static void example(const std::string &address) {
    Countdown countdown(1);
    onsmq::Consumer consumer({{"NAMESRV_ADDR", address}, {"GROUP_ID", "GID_sql_filter_cpp"}});
    const onsmq::Sql condition{"amount > 100 AND region = 'north'"};
    consumer.subscribe("sql_filter_cpp", condition, [&](onsmq::MessageView message) {
        say("received  ", message.body(), " of ", message.property("amount"), " in ",
            message.property("region"));
        countdown.came();
        return onsmq::Action::CommitMessage;
    });
    // A condition that the broker does not take is an error here.
    consumer.start();

    onsmq::Producer producer({{"NAMESRV_ADDR", address}});
    producer.start();
    const std::pair<const char *, const char *> orders[] = {
        {"50", "north"}, {"150", "south"}, {"200", "north"}};
    for (const auto &[amount, region] : orders) {
        producer.send(onsmq::Message("sql_filter_cpp", "order")
                          .property("amount", amount)
                          .property("region", region));
    }
    countdown.wait();

    producer.shutdown();
    consumer.shutdown();
}

int main(int argc, char **argv) { return run(argc, argv, example); }
