// The scenarios through onsmq.hpp: `suite SCENARIO NAMESRV_ADDR ARGUMENT...`.
#include <atomic>
#include <condition_variable>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "kinds.hpp"
// The series of messages that the scenarios in C use.
#include "../c/support.h"

using namespace std::chrono_literals;

onsmq::Config configuration(const std::string &address, const std::string &group) {
    onsmq::Config config{{"NAMESRV_ADDR", address}, {"GROUP_ID", group}};
    config.set("SendMsgTimeoutMillis", "10000");
    return config;
}

namespace {

onsmq::Message message_of(const std::string &topic, std::size_t index) {
    std::string body(body_size(index), '\0');
    fill_body(index, reinterpret_cast<std::uint8_t *>(body.data()));
    static const char *const tags[] = {"TagA", "TagB", "标签", ""};
    return onsmq::Message(topic, body)
        .tag(tags[index % 4])
        .key("key-" + std::to_string(index) + " 键")
        .property("index", std::to_string(index))
        .property("名 = ;", " 值 😀\n");
}

// What was received of a series, by index.
class Series {
  public:
    explicit Series(std::size_t count) : count_(count) {}

    void received(std::size_t index, std::string_view id) {
        std::lock_guard lock(mutex_);
        CHECK(index < count_ && ids_.emplace(index, id).second);
        changed_.notify_all();
    }

    // Waits for all, and says by which ids they came.
    std::map<std::size_t, std::string> wait() {
        std::unique_lock lock(mutex_);
        CHECK(changed_.wait_for(lock, 60s, [&] { return ids_.size() == count_; }));
        return ids_;
    }

  private:
    std::size_t count_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::size_t, std::string> ids_;
};

std::string id_of(onsmq::Producer::Sent &sent) {
    if (auto *error = std::get_if<onsmq::Error>(&sent)) {
        throw *error;
    }
    return std::string(std::get<onsmq::SendResult>(sent).message_id());
}

// Sends a hundred: some waiting, some by futures, some at once.
void send_hundred(onsmq::Producer &producer, const std::string &topic, std::size_t first,
                  std::map<std::size_t, std::string> &ids) {
    std::vector<std::future<onsmq::SendResult>> futures;
    for (std::size_t at = 0; at < 50; ++at) {
        futures.push_back(producer.send_async(message_of(topic, first + at)));
    }
    std::vector<onsmq::Message> many;
    for (std::size_t at = 50; at < 90; ++at) {
        many.push_back(message_of(topic, first + at));
    }
    auto sent = producer.send_many(many);
    CHECK(sent.size() == many.size());
    for (std::size_t at = 90; at < 100; ++at) {
        ids[first + at] = producer.send(message_of(topic, first + at)).message_id();
    }
    for (std::size_t at = 0; at < 50; ++at) {
        ids[first + at] = futures[at].get().message_id();
    }
    for (std::size_t at = 0; at < sent.size(); ++at) {
        ids[first + 50 + at] = id_of(sent[at]);
    }
}

void roundtrip(const std::string &address, const std::string &topic, std::size_t count) {
    Series series(count);
    onsmq::Consumer consumer(configuration(address, "GID_roundtrip_cpp"));
    consumer.subscribe(topic, "*", [&](onsmq::MessageView message) {
        series.received(check_message(message.raw(), topic.c_str()), message.message_id());
        return onsmq::Action::CommitMessage;
    });
    consumer.start();
    onsmq::Producer producer(configuration(address, "GID_roundtrip_cpp"));
    producer.start();
    std::map<std::size_t, std::string> sent;
    for (std::size_t first = 0; first < count; first += 100) {
        send_hundred(producer, topic, first, sent);
    }
    CHECK(series.wait() == sent);
    producer.shutdown();
    consumer.shutdown();
    CHECK(consumer.is_closed() && !consumer.is_started());
    std::cout << count << " messages sent and received\n";
}

// A listener that throws has its message come again; one that completes later does so.
void subscriptions(const std::string &address, const std::string &topic) {
    const std::string other = topic + "_other";
    std::promise<int> again;
    std::promise<onsmq::Delivery> kept;
    onsmq::Consumer consumer(configuration(address, "GID_subscriptions_cpp"));
    consumer.subscribe(topic, "TagA || TagC", [&](onsmq::MessageView message) {
        CHECK(message.tag() == "TagA");
        if (message.reconsume_times() == 0) {
            throw std::runtime_error("not now");
        }
        again.set_value(message.reconsume_times());
        return onsmq::Action::CommitMessage;
    });
    consumer.subscribe_deliveries(other, "*", [&](std::vector<onsmq::Delivery> deliveries) {
        CHECK(deliveries.size() == 1);
        kept.set_value(std::move(deliveries.front()));
    });
    consumer.start();
    onsmq::Producer producer(configuration(address, "GID_subscriptions_cpp"));
    producer.start();
    producer.send(onsmq::Message(topic, "not wanted").tag("TagB"));
    producer.send(onsmq::Message(topic, "wanted").tag("TagA"));
    producer.send(onsmq::Message(other, "kept"));

    auto kept_future = kept.get_future();
    CHECK(kept_future.wait_for(30s) == std::future_status::ready);
    auto delivery = kept_future.get();
    const onsmq::Message copy(delivery.message());
    delivery.complete(onsmq::Action::CommitMessage);
    CHECK(copy.view().body() == "kept" && copy.view().topic() == other);
    auto again_future = again.get_future();
    CHECK(again_future.wait_for(60s) == std::future_status::ready && again_future.get() == 1);
    std::cout << "a failed listener's message came again\n";
}

// Receiving without a listener.
void receiving(const std::string &address, const std::string &topic) {
    onsmq::Consumer consumer(configuration(address, "GID_receiving_cpp"));
    consumer.subscribe(topic);
    consumer.start();
    CHECK(consumer.receive(10, 0ms).empty());
    onsmq::Producer producer(configuration(address, "GID_receiving_cpp"));
    producer.start();
    std::set<std::string> sent, received;
    for (int at = 0; at < 100; ++at) {
        sent.emplace(producer.send(onsmq::Message(topic, std::to_string(at))).message_id());
    }
    while (received.size() < sent.size()) {
        auto deliveries = consumer.receive(7, 30s);
        CHECK(!deliveries.empty() && deliveries.size() <= 7);
        for (auto &delivery : deliveries) {
            CHECK(received.emplace(delivery.message().message_id()).second);
            delivery.complete(onsmq::Action::CommitMessage);
        }
    }
    CHECK(sent == received);
    std::thread ends([&] { consumer.shutdown(); });
    CHECK(consumer.receive(1, -1ms).empty());
    ends.join();
    std::cout << "received without a listener\n";
}

void member(const std::string &address, const std::string &topic, const std::string &group) {
    onsmq::Consumer consumer(configuration(address, group));
    std::mutex mutex;
    consumer.subscribe(topic, "*", [&](onsmq::MessageView message) {
        std::lock_guard lock(mutex);
        std::cout << message.message_id() << std::endl;
        return onsmq::Action::CommitMessage;
    });
    consumer.start();
    std::cout << "started" << std::endl;
    while (std::cin.get() != EOF) {
    }
    consumer.shutdown();
}

// Each property, as NAME=VALUE with a value that is not allowed: the error names it.
void properties(const std::string &address, const std::vector<std::string> &pairs) {
    for (const auto &pair : pairs) {
        const auto name = pair.substr(0, pair.find('='));
        auto config = configuration(address, "GID_properties_cpp");
        config.set(name, pair.substr(name.size() + 1));
        try {
            const onsmq::Consumer consumer(config);
            CHECK(!"made");
        } catch (const onsmq::Error &error) {
            CHECK(error.code() == ONS_CODE_CONFIGURATION);
            CHECK(std::string(error.what()).find(name) != std::string::npos);
        }
    }
    std::cout << "each property is known\n";
}

void errors(const std::string &address, const std::string &topic) {
    try {
        const onsmq::Config config{{"NAMESRV_ADDR", address}, {"OnsChannel", "SHOUTING"}};
        const onsmq::Producer producer(config);
        CHECK(!"made");
    } catch (const onsmq::Error &error) {
        CHECK(error.code() == ONS_CODE_CONFIGURATION && error.code_name() == "CONFIGURATION");
        CHECK(std::string(error.what()).find("ALIYUN or CLOUD") != std::string::npos);
    }
    onsmq::Producer producer(configuration(address, "GID_errors_cpp"));
    try {
        producer.send(onsmq::Message(topic, "early"));
        CHECK(!"sent");
    } catch (const onsmq::Error &error) {
        CHECK(error.code() == ONS_CODE_NOT_STARTED && !error.is_retriable());
    }
    producer.start();
    try {
        producer.send(onsmq::Message(topic, ""));
        CHECK(!"sent");
    } catch (const onsmq::Error &error) {
        CHECK(error.code() == ONS_CODE_ILLEGAL_MESSAGE && error.topic() == topic);
        CHECK(error.broker_code() == -1 && error.remark().empty());
    }
    auto config = configuration(address, "GID_errors_cpp");
    onsmq::Producer secure(config.set("tls.enable", "true").set("SendMsgTimeoutMillis", "1500"));
    secure.start();
    try {
        secure.send(onsmq::Message(topic, "secret"));
        CHECK(!"sent");
    } catch (const onsmq::Error &error) {
        CHECK(error.code() == ONS_CODE_TLS);
    }
    auto future = producer.send_async(onsmq::Message(topic, "").key("k"));
    try {
        future.get();
        CHECK(!"sent");
    } catch (const onsmq::Error &error) {
        CHECK(error.code() == ONS_CODE_ILLEGAL_MESSAGE);
    }
    std::cout << "errors are exceptions\n";
}

// A broker that says that it is busy, for longer than a send may take.
void busy(const std::string &address, const std::string &topic) {
    auto config = configuration(address, "GID_busy_cpp");
    onsmq::Producer producer(config.set("SendMsgTimeoutMillis", "1000"));
    producer.start();
    try {
        producer.send(onsmq::Message(topic, "body"));
        CHECK(!"sent");
    } catch (const onsmq::Error &error) {
        CHECK(error.code() == ONS_CODE_FLOW_CONTROL && error.is_retriable());
        CHECK(error.broker_code() == 2 && !error.remark().empty());
    }
    std::cout << "busy\n";
}

} // namespace

int main(int argc, char **argv) try {
    CHECK(argc >= 4);
    const std::string scenario = argv[1], address = argv[2], topic = argv[3];
    if (scenario == "roundtrip") {
        roundtrip(address, topic, std::stoul(argv[4]));
    } else if (scenario == "subscriptions") {
        subscriptions(address, topic);
    } else if (scenario == "receiving") {
        receiving(address, topic);
    } else if (scenario == "member") {
        member(address, topic, argv[4]);
    } else if (scenario == "ordered") {
        ordered(address, topic);
    } else if (scenario == "transactions") {
        transactions(address, topic);
    } else if (scenario == "batches") {
        batches(address, topic);
    } else if (scenario == "conditions") {
        conditions(address, topic);
    } else if (scenario == "timed") {
        timed(address, topic);
    } else if (scenario == "broadcasting") {
        broadcasting(address, topic, argv[4]);
        enumerations();
    } else if (scenario == "properties") {
        properties(address, std::vector<std::string>(argv + 4, argv + argc));
    } else if (scenario == "busy") {
        busy(address, topic);
    } else if (scenario == "errors") {
        errors(address, topic);
    } else {
        CHECK(!"a known scenario");
    }
    return 0;
} catch (const std::exception &fault) {
    std::cerr << fault.what() << "\n";
    return 1;
}
