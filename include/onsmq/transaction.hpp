/* Transactional messages. Part of onsmq.hpp. */
#ifndef ONSMQ_TRANSACTION_HPP
#define ONSMQ_TRANSACTION_HPP

#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <string_view>
#include <utility>

#include "producer.hpp"

namespace onsmq {

/** A half message whose outcome is to be told. */
class Transaction {
  public:
    explicit Transaction(ons_transaction_t *raw) noexcept : raw_(raw) {}

    std::string_view message_id() const noexcept {
        return detail::view(ons_send_result_message_id(ons_transaction_half(raw_.get())));
    }

    /** Tells the broker the outcome: once. Throws where that is RollbackTransaction. */
    SendResult end(TransactionStatus status) {
        ons_send_result_t *result = nullptr;
        Error::check(ons_transaction_end(raw_.get(), static_cast<std::uint32_t>(status), &result));
        return SendResult(result);
    }

    /** Tells the broker that the local transaction failed. Answers the error to report. */
    Error fail(std::string_view why) {
        ons_error_t *error = nullptr;
        Error::check(ons_transaction_fail(raw_.get(), why.data(), why.size(), &error));
        return Error(error);
    }

  private:
    detail::Handle<ons_transaction_t, ons_transaction_free> raw_;
};

/** Sends messages that are delivered only when a local transaction was committed. */
class TransactionProducer : public detail::ProducerLife {
  public:
    /**
     * Runs the local transaction of a message, on the thread that sends; the id is the half
     * message's.
     */
    using Executer = std::function<TransactionStatus(MessageView, std::string_view message_id)>;
    /** Says what became of a half message of the group, on a thread of the producer's own. */
    using Checker = std::function<TransactionStatus(MessageView)>;

    TransactionProducer(const Config &config, Checker checker)
        : ProducerLife(make(config, std::move(checker))) {}

    /**
     * Sends a half message, runs the executer and tells the broker its outcome. Where the executer
     * throws, that is nested in the Error that this throws, ONS_CODE_TRANSACTION_UNKNOWN.
     */
    SendResult send(const Message &message, const Executer &executer) {
        auto transaction = begin(message);
        return transaction.end(execute(transaction, message.view(), executer));
    }

    /** Sends a half message, and waits until a broker has stored it. */
    Transaction begin(const Message &message) {
        ons_transaction_t *transaction = nullptr;
        Error::check(ons_transaction_begin(raw(), message.raw(), &transaction));
        return Transaction(transaction);
    }

  private:
    static TransactionStatus execute(Transaction &transaction, MessageView message,
                                     const Executer &executer) {
        try {
            return executer(message, transaction.message_id());
        } catch (const std::exception &fault) {
            std::throw_with_nested(transaction.fail(fault.what()));
        } catch (...) {
            std::throw_with_nested(transaction.fail("it threw what is no std::exception"));
        }
    }

    static ons_producer_t *make(const Config &config, Checker checker) {
        ons_producer_t *raw = nullptr;
        auto userdata = new Checker(std::move(checker));
        Error::check(ons_transaction_producer_new(config.raw(), &TransactionProducer::check,
                                                  userdata, &detail::destroy<Checker>, &raw));
        return raw;
    }

    static void check(void *userdata, ons_check_t *raw) {
        const detail::Handle<ons_check_t, ons_check_free> check(raw);
        auto status = TransactionStatus::Unknow;
        try {
            const auto &checker = *static_cast<Checker *>(userdata);
            status = checker(MessageView(ons_check_message(raw)));
        } catch (const std::exception &fault) {
            std::fprintf(stderr, "onsmq: a checker threw an exception, it is asked again: %s\n",
                         fault.what());
        } catch (...) {
            std::fputs("onsmq: a checker threw an exception, it is asked again\n", stderr);
        }
        // It fails only where a check was answered before, and this one was not.
        ons_error_free(ons_check_complete(raw, static_cast<std::uint32_t>(status)));
    }
};

} // namespace onsmq

#endif // ONSMQ_TRANSACTION_HPP
