/* Consumers. Part of onsmq.hpp. */
#ifndef ONSMQ_CONSUMER_HPP
#define ONSMQ_CONSUMER_HPP

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config.hpp"
#include "message.hpp"

namespace onsmq {

/**
 * A message, or a batch consumer's list of them, and its completion. Destroyed uncompleted, it
 * comes again later.
 */
class Delivery {
  public:
    explicit Delivery(ons_delivery_t *raw) noexcept : raw_(raw) {}

    /** The message, or the first of the list, for as long as the delivery lives. */
    MessageView message() const noexcept { return MessageView(ons_delivery_message(raw_.get())); }
    /** All messages, for as long as the delivery lives. */
    std::vector<MessageView> messages() const {
        std::vector<MessageView> all;
        for (std::size_t at = 0; at < ons_delivery_count(raw_.get()); ++at) {
            all.emplace_back(ons_delivery_message_at(raw_.get(), at));
        }
        return all;
    }

    /** Says what becomes of it: once, on any thread. */
    void complete(Action action) { complete(static_cast<std::uint32_t>(action)); }
    void complete(OrderAction action) { complete(static_cast<std::uint32_t>(action)); }

  private:
    void complete(std::uint32_t action) { Error::check(ons_delivery_complete(raw_.get(), action)); }

    detail::Handle<ons_delivery_t, ons_delivery_free> raw_;
};

/** Chooses messages by a condition in SQL92 on their user properties. */
struct Sql {
    std::string_view condition;
};

namespace detail {

inline MessageView argument(const Delivery &delivery, MessageView *) { return delivery.message(); }
inline std::vector<MessageView> argument(const Delivery &delivery, std::vector<MessageView> *) {
    return delivery.messages();
}

/**
 * What every kind of consumer can do. `New` makes it; its listeners take a `Message` and answer an
 * `Answer`, which is `Failed` where they throw.
 */
template <auto New, typename Argument, typename Answer, Answer Failed> class BasicConsumer {
  public:
    /** Called with what was received, on threads of the consumer's own; may throw. */
    using Listener = std::function<Answer(Argument)>;
    /** Called with deliveries that are the callee's, to be completed now or later. */
    using DeliveryListener = std::function<void(std::vector<Delivery>)>;

    explicit BasicConsumer(const Config &config) {
        ons_consumer_t *raw = nullptr;
        Error::check(New(config.raw(), &raw));
        raw_.reset(raw);
    }

    /** Subscribes to a topic, by tags such as "created || paid" or Sql, with a listener. */
    template <typename Filter>
    void subscribe(std::string_view topic, Filter filter, Listener listener) {
        subscribe_deliveries(topic, filter, [listener = std::move(listener)](auto deliveries) {
            for (auto &delivery : deliveries) {
                delivery.complete(consume(listener, delivery));
            }
        });
    }

    /** Subscribes to a topic with a listener that completes its deliveries by itself. */
    template <typename Filter>
    void subscribe_deliveries(std::string_view topic, Filter filter, DeliveryListener listener) {
        subscribe_raw(topic, filter, &BasicConsumer::call,
                      new DeliveryListener(std::move(listener)), &destroy<DeliveryListener>);
    }

    /** Subscribes to a topic whose messages are taken with receive(). */
    void subscribe(std::string_view topic, std::string_view expression = "*") {
        subscribe_raw(topic, expression, nullptr, nullptr, nullptr);
    }
    void subscribe(std::string_view topic, Sql sql) {
        subscribe_raw(topic, sql, nullptr, nullptr, nullptr);
    }

    void unsubscribe(std::string_view topic) {
        Error::check(ons_consumer_unsubscribe(raw_.get(), topic.data(), topic.size()));
    }

    /** Waits for a delivery up to a limit and takes up to `max` of one topic; none afterwards. */
    std::vector<Delivery> receive(std::size_t max, std::chrono::milliseconds limit) {
        std::vector<ons_delivery_t *> raws(max);
        std::size_t count = 0;
        Error::check(ons_consumer_receive(raw_.get(), max, limit.count(), raws.data(), &count));
        return take(raws.data(), count);
    }

    void start() { Error::check(ons_consumer_start(raw_.get())); }
    /** Waits for running listeners, and commits. */
    void shutdown() { Error::check(ons_consumer_shutdown(raw_.get())); }
    bool is_started() const noexcept { return ons_consumer_is_started(raw_.get()); }
    bool is_closed() const noexcept { return ons_consumer_is_closed(raw_.get()); }

    const ons_consumer_t *raw() const noexcept { return raw_.get(); }

  private:
    void subscribe_raw(std::string_view topic, std::string_view tags, ons_listener_fn listener,
                       void *userdata, ons_destroy_fn destroy) {
        Error::check(ons_consumer_subscribe(raw_.get(), topic.data(), topic.size(), tags.data(),
                                            tags.size(), listener, userdata, destroy));
    }

    void subscribe_raw(std::string_view topic, Sql sql, ons_listener_fn listener, void *userdata,
                       ons_destroy_fn destroy) {
        Error::check(ons_consumer_subscribe_sql(raw_.get(), topic.data(), topic.size(),
                                                sql.condition.data(), sql.condition.size(),
                                                listener, userdata, destroy));
    }

    static Answer consume(const Listener &listener, const Delivery &delivery) {
        try {
            return listener(argument(delivery, static_cast<std::decay_t<Argument> *>(nullptr)));
        } catch (const std::exception &fault) {
            std::fprintf(stderr,
                         "onsmq: a listener threw an exception, its message comes again: %s\n",
                         fault.what());
        } catch (...) {
            std::fputs("onsmq: a listener threw an exception, its message comes again\n", stderr);
        }
        return Failed;
    }

    static std::vector<Delivery> take(ons_delivery_t **raws, std::size_t count) {
        std::vector<Delivery> deliveries;
        deliveries.reserve(count);
        for (std::size_t at = 0; at < count; ++at) {
            deliveries.emplace_back(raws[at]);
        }
        return deliveries;
    }

    static void call(void *userdata, ons_delivery_t **raws, std::size_t count) {
        try {
            (*static_cast<DeliveryListener *>(userdata))(take(raws, count));
        } catch (...) {
            // What it did not complete is freed, and comes again. It must not cross C.
            std::fputs("onsmq: a listener threw an exception, its messages come again\n", stderr);
        }
    }

    Handle<ons_consumer_t, ons_consumer_free> raw_;
};

} // namespace detail

/** Consumes messages as a member of a group. Any threads at once. */
using Consumer =
    detail::BasicConsumer<ons_consumer_new, MessageView, Action, Action::ReconsumeLater>;

/** Consumes the messages of each queue one by one, in their order. Any threads at once. */
using OrderConsumer =
    detail::BasicConsumer<ons_order_consumer_new, MessageView, OrderAction, OrderAction::Suspend>;

/**
 * Consumes lists of up to ConsumeMessageBatchMaxSize messages; what a listener says counts for the
 * whole list. Any threads at once.
 */
using BatchConsumer =
    detail::BasicConsumer<ons_batch_consumer_new, const std::vector<MessageView> &, Action,
                          Action::ReconsumeLater>;

} // namespace onsmq

#endif // ONSMQ_CONSUMER_HPP
