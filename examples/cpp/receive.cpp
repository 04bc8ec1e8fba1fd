// Receiving without a listener, when the program is ready for it: `receive [NAMESRV_ADDR]`.
#include <algorithm>

#include "common.hpp"

// Sends twenty messages, and takes up to ten at a time.
static void example(const std::string &address) {
    onsmq::Consumer consumer({{"NAMESRV_ADDR", address}, {"GROUP_ID", "GID_receive_cpp"}});
    // Without a listener, messages wait until they are taken.
    consumer.subscribe("receive_cpp");
    consumer.start();

    onsmq::Producer producer({{"NAMESRV_ADDR", address}});
    producer.start();
    for (int number = 0; number < 20; ++number) {
        producer.send(onsmq::Message("receive_cpp", std::to_string(number)));
    }

    for (std::size_t left = 20; left > 0;) {
        // Waits up to a minute for the first.
        auto deliveries = consumer.receive(10, std::chrono::minutes(1));
        if (deliveries.empty()) {
            throw std::runtime_error("no message came within a minute");
        }
        for (auto &delivery : deliveries) {
            say("received  ", delivery.message().body());
            // Or ReconsumeLater; what is destroyed without an answer comes again as well.
            delivery.complete(onsmq::Action::CommitMessage);
        }
        left -= std::min(left, deliveries.size());
    }

    producer.shutdown();
    consumer.shutdown();
}

int main(int argc, char **argv) { return run(argc, argv, example); }
