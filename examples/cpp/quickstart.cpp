// A message goes from a producer to a consumer.
//
//     quickstart [NAMESRV_ADDR]
//
// Without an address it starts the embedded dev server, so that nothing else is needed.
#include <iostream>
#include <optional>
#include <string>

#include "onsmq.hpp"

int main(int argc, char **argv) try {
    std::optional<onsmq::DevServer> server;
    const std::string address = argc > 1 ? argv[1] : std::string(server.emplace().namesrv_addr());
    const onsmq::Config config{{"NAMESRV_ADDR", address}, {"GROUP_ID", "GID_quickstart_cpp"}};

    std::promise<std::string> received;
    onsmq::Consumer consumer(config);
    consumer.subscribe("quickstart_cpp", "*", [&](onsmq::MessageView message) {
        std::cout << "received  " << message.message_id() << "  \"" << message.body() << "\"\n";
        received.set_value(std::string(message.message_id()));
        return onsmq::Action::CommitMessage;
    });
    consumer.start();

    onsmq::Producer producer(config);
    producer.start();
    const auto sent = producer.send(
        onsmq::Message("quickstart_cpp", "hello from C++").tag("greeting").key("key-1"));
    // One write, since the listener may be printing by now.
    std::cout << "sent      " + std::string(sent.message_id()) + "\n";

    auto future = received.get_future();
    if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
        std::cerr << "no message came within 30 seconds\n";
        return 1;
    }
    producer.shutdown();
    consumer.shutdown();
    return 0;
} catch (const onsmq::Error &error) {
    std::cerr << error.code_name() << ": " << error.what() << "\n";
    return 1;
}
