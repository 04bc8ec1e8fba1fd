/* Producers without transactions. Part of onsmq.hpp. */
#ifndef ONSMQ_PRODUCER_HPP
#define ONSMQ_PRODUCER_HPP

#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config.hpp"
#include "message.hpp"

namespace onsmq {

/** What became of a send. */
using Sent = std::variant<SendResult, Error>;

namespace detail {

inline Sent sent(ons_send_result_t *result, ons_error_t *error) {
    if (error == nullptr) {
        return SendResult(result);
    }
    return Error(error);
}

/** What every kind of producer can do. */
class ProducerLife {
  public:
    void start() { Error::check(ons_producer_start(raw_.get())); }
    /** Waits for sends in flight. */
    void shutdown() { Error::check(ons_producer_shutdown(raw_.get())); }
    bool is_started() const noexcept { return ons_producer_is_started(raw_.get()); }
    bool is_closed() const noexcept { return ons_producer_is_closed(raw_.get()); }

    const ons_producer_t *raw() const noexcept { return raw_.get(); }

  protected:
    explicit ProducerLife(ons_producer_t *raw) noexcept : raw_(raw) {}

  private:
    Handle<ons_producer_t, ons_producer_free> raw_;
};

/** What every producer without transactions can do. */
class Sending : public ProducerLife {
  public:
    using Sent = onsmq::Sent;
    /** Called with what became of a send, on a network thread: it must not wait. */
    using Callback = std::function<void(Sent)>;

    /** Waits until a broker has stored the message. */
    SendResult send(const Message &message) {
        ons_send_result_t *result = nullptr;
        Error::check(ons_producer_send(raw(), message.raw(), &result));
        return SendResult(result);
    }

    /** Sends in the background and calls `callback`. */
    void send_async(const Message &message, Callback callback) {
        auto userdata = new Callback(std::move(callback));
        Error::check(ons_producer_send_async(raw(), message.raw(), &Sending::call, userdata,
                                             &destroy<Callback>));
    }

    /** Sends in the background; the future holds the result, or throws the Error. */
    std::future<SendResult> send_async(const Message &message) {
        auto promise = std::make_shared<std::promise<SendResult>>();
        auto future = promise->get_future();
        send_async(message, [promise](Sent sent) {
            if (auto *result = std::get_if<SendResult>(&sent)) {
                promise->set_value(std::move(*result));
            } else {
                promise->set_exception(std::make_exception_ptr(std::get<Error>(sent)));
            }
        });
        return future;
    }

    /** Sends all, each on its own, and waits; what became of each is in its place. */
    std::vector<Sent> send_many(const std::vector<Message> &messages) {
        std::vector<const ons_message_t *> raws;
        raws.reserve(messages.size());
        for (const auto &message : messages) {
            raws.push_back(message.raw());
        }
        std::vector<ons_send_result_t *> results(raws.size());
        std::vector<ons_error_t *> errors(raws.size());
        Error::check(
            ons_producer_send_many(raw(), raws.data(), raws.size(), results.data(), errors.data()));
        std::vector<Sent> all;
        all.reserve(raws.size());
        for (std::size_t at = 0; at < raws.size(); ++at) {
            all.push_back(sent(results[at], errors[at]));
        }
        return all;
    }

  protected:
    using ProducerLife::ProducerLife;

  private:
    static void call(void *userdata, ons_send_result_t *result, ons_error_t *error) {
        try {
            (*static_cast<Callback *>(userdata))(sent(result, error));
        } catch (...) {
            // There is nobody to catch it, and it must not cross C.
            std::fputs("onsmq: a send's callback threw an exception, which is lost\n", stderr);
        }
    }
};

} // namespace detail

/** Sends messages. Any threads at once. */
class Producer : public detail::Sending {
  public:
    explicit Producer(const Config &config) : Sending(make(config)) {}

    /** Does not wait for the broker: the message may be lost. */
    void send_oneway(const Message &message) {
        Error::check(ons_producer_send_oneway(raw(), message.raw()));
    }

  private:
    static ons_producer_t *make(const Config &config) {
        ons_producer_t *raw = nullptr;
        Error::check(ons_producer_new(config.raw(), &raw));
        return raw;
    }
};

/**
 * Sends messages whose order counts, by their sharding keys: those of one key go to one queue, in
 * the order of the calls. Any threads at once.
 */
class OrderProducer : public detail::Sending {
  public:
    explicit OrderProducer(const Config &config) : Sending(make(config)) {}

    using Sending::send;

    /** Sets the message's sharding key, sends it, and waits until a broker has stored it. */
    SendResult send(Message &message, std::string_view sharding_key) {
        return send(message.sharding_key(sharding_key));
    }
    SendResult send(Message &&message, std::string_view sharding_key) {
        return send(message.sharding_key(sharding_key));
    }

  private:
    static ons_producer_t *make(const Config &config) {
        ons_producer_t *raw = nullptr;
        Error::check(ons_order_producer_new(config.raw(), &raw));
        return raw;
    }
};

} // namespace onsmq

#endif // ONSMQ_PRODUCER_HPP
