// Messages that are delivered once a local transaction is committed: `transaction [NAMESRV_ADDR]`.
//
// A broker keeps such a message to itself until it is told the outcome. Where it is not told,
// because the program died or does not know yet, it asks any producer of the group.
#include <exception>
#include <set>

#include "common.hpp"

using onsmq::TransactionStatus;

// Stands for the application's own database.
class Accounts {
  public:
    // The executer: does what the message tells of.
    TransactionStatus pay(std::string_view key, int amount) {
        if (amount < 0) {
            throw std::invalid_argument(std::to_string(amount) + " is no amount");
        }
        if (amount > 100) {
            return TransactionStatus::RollbackTransaction;
        }
        const std::lock_guard lock(mutex_);
        payments_.emplace(key);
        return TransactionStatus::CommitTransaction;
    }

    // The checker: looks up whether that was done, perhaps by another process.
    TransactionStatus check(std::string_view key) {
        const std::lock_guard lock(mutex_);
        const bool done = payments_.count(std::string(key)) > 0;
        return done ? TransactionStatus::CommitTransaction : TransactionStatus::Unknown;
    }

  private:
    std::mutex mutex_;
    std::set<std::string> payments_;
};

// What the executer threw is nested in the error.
static std::string cause(const onsmq::Error &error) try {
    std::rethrow_if_nested(error);
    return "it said so";
} catch (const std::exception &nested) {
    return nested.what();
}

// Sends three messages, of which one is rolled back and one fails.
static void example(const std::string &address) {
    Countdown countdown(1);
    onsmq::Consumer consumer({{"NAMESRV_ADDR", address}, {"GROUP_ID", "GID_paid_cpp"}});
    consumer.subscribe("payments_cpp", "*", [&](onsmq::MessageView message) {
        say("received  ", message.key());
        countdown.came();
        return onsmq::Action::CommitMessage;
    });
    consumer.start();

    Accounts accounts;
    onsmq::TransactionProducer producer(
        {{"NAMESRV_ADDR", address}, {"GROUP_ID", "GID_payments_cpp"}},
        [&](onsmq::MessageView message) { return accounts.check(message.key()); });
    producer.start();
    const std::pair<const char *, int> payments[] = {
        {"payment-1", 100}, {"payment-2", 101}, {"payment-3", -1}};
    for (const auto &[key, amount] : payments) {
        const auto message = onsmq::Message("payments_cpp", std::to_string(amount)).key(key);
        try {
            producer.send(message, [&, amount = amount](onsmq::MessageView half, auto) {
                return accounts.pay(half.key(), amount);
            });
            say("committed ", key);
        } catch (const onsmq::Error &error) {
            say(error.code_name(), ": ", key, " (", cause(error), ")");
        }
    }
    countdown.wait();

    producer.shutdown();
    consumer.shutdown();
}

int main(int argc, char **argv) { return run(argc, argv, example); }
