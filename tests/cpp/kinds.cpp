// Ordered, transactional, timed and batch messages through onsmq.hpp.
#include "kinds.hpp"

#include <algorithm>
#include <condition_variable>
#include <iostream>
#include <map>
#include <mutex>
#include <vector>

#include "../c/support.h"

namespace {

using namespace std::chrono_literals;

// What listeners heard, in the order in which they did.
class Heard {
  public:
    void add(std::string_view what) {
        std::lock_guard lock(mutex_);
        all_.emplace_back(what);
        changed_.notify_all();
    }

    std::vector<std::string> wait(std::size_t count) {
        std::unique_lock lock(mutex_);
        CHECK(changed_.wait_for(lock, 60s, [&] { return all_.size() >= count; }));
        return all_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> all_;
};

std::vector<std::string> sorted(std::vector<std::string> all) {
    std::sort(all.begin(), all.end());
    return all;
}

} // namespace

void ordered(const std::string &address, const std::string &topic) {
    auto config = configuration(address, topic);
    config.set("suspendTimeMillis", "100");
    Heard heard;
    bool thrown = false;
    onsmq::OrderConsumer consumer(config);
    consumer.subscribe(topic, "*", [&](onsmq::MessageView message) {
        // Of one key, so that one call runs at a time.
        if (message.body() == "5" && !thrown) {
            thrown = true;
            throw std::runtime_error("not now");
        }
        CHECK(message.sharding_key() == "order-1");
        heard.add(message.body());
        return onsmq::OrderAction::Success;
    });
    consumer.start();
    onsmq::OrderProducer producer(config);
    producer.start();
    std::vector<std::string> sent;
    std::vector<std::future<onsmq::SendResult>> futures;
    for (int at = 0; at < 20; ++at) {
        sent.push_back(std::to_string(at));
        if (at < 10) {
            producer.send(onsmq::Message(topic, sent.back()), "order-1");
        } else {
            futures.push_back(
                producer.send_async(onsmq::Message(topic, sent.back()).sharding_key("order-1")));
        }
    }
    for (auto &future : futures) {
        future.get();
    }
    CHECK(heard.wait(20) == sent && thrown);
    consumer.shutdown();
    producer.shutdown();
    std::cout << "in order\n";
}

void transactions(const std::string &address, const std::string &topic) {
    auto config = configuration(address, topic);
    config.set("CheckImmunityTimeInSeconds", "1");
    Heard heard;
    onsmq::Consumer consumer(config);
    consumer.subscribe(topic, "*", [&](onsmq::MessageView message) {
        heard.add(message.body());
        return onsmq::Action::CommitMessage;
    });
    consumer.start();
    onsmq::TransactionProducer producer(config, [](onsmq::MessageView message) {
        return message.body() == "asked" ? onsmq::TransactionStatus::CommitTransaction
                                         : onsmq::TransactionStatus::RollbackTransaction;
    });
    producer.start();
    std::string id;
    auto status = onsmq::TransactionStatus::CommitTransaction;
    const auto execute = [&](onsmq::MessageView, std::string_view message_id) {
        id = message_id;
        return status;
    };
    const auto sent = producer.send(onsmq::Message(topic, "committed"), execute);
    CHECK(sent.message_id() == id);
    status = onsmq::TransactionStatus::Unknown;
    producer.send(onsmq::Message(topic, "asked"), execute);
    status = onsmq::TransactionStatus::RollbackTransaction;
    try {
        producer.send(onsmq::Message(topic, "rolled back"), execute);
        CHECK(!"sent");
    } catch (const onsmq::Error &error) {
        CHECK(error.code() == ONS_CODE_TRANSACTION_ROLLED_BACK && error.message_id() == id);
    }
    try {
        producer.send(onsmq::Message(topic, "failed"), [](auto, auto) -> onsmq::TransactionStatus {
            throw std::runtime_error("the database is away");
        });
        CHECK(!"sent");
    } catch (const onsmq::Error &error) {
        CHECK(error.code() == ONS_CODE_TRANSACTION_UNKNOWN);
        try {
            std::rethrow_if_nested(error);
            CHECK(!"nested");
        } catch (const std::runtime_error &cause) {
            CHECK(cause.what() == std::string("the database is away"));
        }
    }
    // 5.3.3 may ask again for what was decided just now, and deliver it again.
    auto all = sorted(heard.wait(2));
    all.erase(std::unique(all.begin(), all.end()), all.end());
    while (all.size() < 2) {
        all = sorted(heard.wait(all.size() + 1));
        all.erase(std::unique(all.begin(), all.end()), all.end());
    }
    CHECK((all == std::vector<std::string>{"asked", "committed"}));
    consumer.shutdown();
    producer.shutdown();
    std::cout << "transactions\n";
}

void batches(const std::string &address, const std::string &topic) {
    auto config = configuration(address, topic);
    config.set("ConsumeMessageBatchMaxSize", "4");
    Heard heard;
    onsmq::BatchConsumer consumer(config);
    consumer.subscribe(topic, "*", [&](const std::vector<onsmq::MessageView> &messages) {
        CHECK(!messages.empty() && messages.size() <= 4);
        for (const auto message : messages) {
            heard.add(message.body());
        }
        return onsmq::Action::CommitMessage;
    });
    consumer.start();
    onsmq::Producer producer(config);
    producer.start();
    std::vector<std::string> sent;
    for (int at = 0; at < 30; ++at) {
        sent.push_back(std::to_string(at));
        producer.send(onsmq::Message(topic, sent.back()));
    }
    CHECK(sorted(heard.wait(30)) == sorted(sent));
    std::cout << "lists of up to four\n";
}

void conditions(const std::string &address, const std::string &topic) {
    const auto config = configuration(address, topic);
    onsmq::Consumer consumer(config);
    consumer.subscribe(topic, onsmq::Sql{"amount > 100 AND region = 'north'"});
    consumer.start();
    onsmq::Producer producer(config);
    producer.start();
    for (const char *region : {"south", "north"}) {
        for (const char *amount : {"100", "101"}) {
            producer.send(onsmq::Message(topic, amount)
                              .property("amount", amount)
                              .property("region", region));
        }
    }
    auto deliveries = consumer.receive(4, 30s);
    CHECK(deliveries.size() == 1);
    CHECK(deliveries[0].message().body() == "101");
    CHECK(deliveries[0].message().property("region") == "north");
    deliveries[0].complete(onsmq::Action::CommitMessage);
    CHECK(consumer.receive(4, 0ms).empty());
    std::cout << "a condition\n";
}

void timed(const std::string &address, const std::string &topic) {
    const auto config = configuration(address, topic);
    onsmq::Consumer consumer(config);
    consumer.subscribe(topic);
    consumer.start();
    onsmq::Producer producer(config);
    producer.start();
    const auto due = std::chrono::system_clock::now() + 5s;
    try {
        producer.send(onsmq::Message(topic, "later").start_deliver_time(due));
    } catch (const onsmq::Error &error) {
        // 4.9.7 has fixed delays only: 5 s has passed by some ms, and is none of them.
        CHECK(error.code() == ONS_CODE_ILLEGAL_MESSAGE);
        std::cout << "refused: " << error.what() << "\n";
        return;
    }
    auto deliveries = consumer.receive(1, 40s);
    CHECK(deliveries.size() == 1 && std::chrono::system_clock::now() >= due - 1s);
    CHECK(deliveries[0].message().start_deliver_time() > 0);
    deliveries[0].complete(onsmq::Action::CommitMessage);
    std::cout << "a later time\n";
}

void broadcasting(const std::string &address, const std::string &topic, const std::string &folder) {
    auto config = configuration(address, topic);
    config.set("MessageModel", onsmq::MessageModel::Broadcasting);
    config.set("LocalOffsetStoreDir", folder);
    // Makes the topic. It may come as well: where the name servers do not know the topic yet,
    // consumers begin by the time, and 4.9.7 then gives the last message that is older.
    onsmq::Producer producer(configuration(address, topic));
    producer.start();
    producer.send(onsmq::Message(topic, "before"));
    onsmq::Consumer one(config.set("InstanceName", "one"));
    onsmq::Consumer two(config.set("InstanceName", "two"));
    for (auto *consumer : {&one, &two}) {
        consumer->subscribe(topic);
        consumer->start();
    }
    producer.send(onsmq::Message(topic, "to all"));
    for (auto *consumer : {&one, &two}) {
        std::string body;
        while (body != "to all") {
            auto deliveries = consumer->receive(1, 30s);
            CHECK(deliveries.size() == 1);
            body = deliveries[0].message().body();
            deliveries[0].complete(onsmq::Action::CommitMessage);
        }
    }
    std::cout << "each of two got it\n";
}

void enumerations() {
    CHECK(onsmq::values<onsmq::Action>().size() == 2);
    CHECK(onsmq::values<onsmq::TransactionStatus>().size() == 3);
    for (const auto status : onsmq::values<onsmq::TransactionStatus>()) {
        CHECK(onsmq::value_of<onsmq::TransactionStatus>(onsmq::name(status)) == status);
    }
    CHECK(onsmq::name(onsmq::OrderAction::Suspend) == "Suspend");
    CHECK(onsmq::value_of<onsmq::MessageModel>("CLUSTERING") == onsmq::MessageModel::Clustering);
    try {
        onsmq::value_of<onsmq::OrderAction>("SUCCESS");
        CHECK(!"a value");
    } catch (const onsmq::Error &error) {
        CHECK(std::string(error.what()).find("Success or Suspend") != std::string::npos);
    }
}
