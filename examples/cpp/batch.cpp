// Lists of messages: `batch [NAMESRV_ADDR]`.
#include "common.hpp"

// Sends a hundred messages, and receives them in lists of up to 16.
static void example(const std::string &address) {
    Countdown countdown(100);
    onsmq::BatchConsumer consumer({{"NAMESRV_ADDR", address},
                                   {"GROUP_ID", "GID_batch_cpp"},
                                   {"ConsumeMessageBatchMaxSize", "16"}});
    consumer.subscribe("batch_cpp", "*", [&](const std::vector<onsmq::MessageView> &messages) {
        say("received  ", std::to_string(messages.size()), " at once");
        countdown.came(messages.size());
        // The answer is for the whole list.
        return onsmq::Action::CommitMessage;
    });
    consumer.start();

    onsmq::Producer producer({{"NAMESRV_ADDR", address}});
    producer.start();
    std::vector<onsmq::Message> messages;
    for (int number = 0; number < 100; ++number) {
        messages.emplace_back("batch_cpp", std::to_string(number));
    }
    // Each is sent on its own, and has a result or an error.
    for (const auto &sent : producer.send_many(messages)) {
        if (const auto *error = std::get_if<onsmq::Error>(&sent)) {
            throw *error;
        }
    }
    countdown.wait();

    producer.shutdown();
    consumer.shutdown();
}

int main(int argc, char **argv) { return run(argc, argv, example); }
