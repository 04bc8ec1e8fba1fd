/*
 * onsmq: the client for Apache RocketMQ and Aliyun MQ, for C++17.
 *
 * A thin cover of onsmq.h: objects free themselves, errors are exceptions, listeners are
 * functions. What each call does, on which thread, and whether it waits, is said in onsmq.h.
 *
 *     onsmq::Producer producer({{"NAMESRV_ADDR", "127.0.0.1:9876"}, {"GROUP_ID", "GID_demo"}});
 *     producer.start();
 *     auto sent = producer.send(onsmq::Message("orders", "hello").tag("created"));
 */
#ifndef ONSMQ_HPP
#define ONSMQ_HPP

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "onsmq.h"

namespace onsmq {

namespace detail {

inline std::string_view view(ons_view_t raw) noexcept {
    return {reinterpret_cast<const char *>(raw.data), raw.len};
}

inline const std::uint8_t *bytes(std::string_view text) noexcept {
    return reinterpret_cast<const std::uint8_t *>(text.data());
}

/** Frees an object of the library. */
template <auto Free> struct Freer {
    template <typename T> void operator()(T *object) const noexcept { Free(object); }
};

template <typename T, auto Free> using Handle = std::unique_ptr<T, Freer<Free>>;

/** The destructor of userdata that is a heap-allocated T. */
template <typename T> void destroy(void *userdata) { delete static_cast<T *>(userdata); }

} // namespace detail

/** What went wrong: ONS_CODE_TIMEOUT and so on. */
using Code = ons_code_t;

/** A call failed. what() says why and what to do. */
class Error : public std::runtime_error {
  public:
    /** Takes over an error of the library, which must not be NULL. */
    explicit Error(ons_error_t *raw) : Error(detail::Handle<ons_error_t, ons_error_free>(raw)) {}

    /** What went wrong. */
    Code code() const noexcept { return code_; }
    /** The code's name, such as TIMEOUT. */
    std::string_view code_name() const noexcept { return detail::view(ons_code_name(code_)); }
    /** The topic; empty where there is none. */
    const std::string &topic() const noexcept { return topic_; }
    /** The message's id; empty where there is none. */
    const std::string &message_id() const noexcept { return message_id_; }
    /** The response code of the server that refused; -1 where none did. */
    int broker_code() const noexcept { return broker_code_; }
    /** The remark of the server that refused. */
    const std::string &remark() const noexcept { return remark_; }
    /** Whether the same call may succeed when it is made again. */
    bool is_retriable() const noexcept { return is_retriable_; }

    /** Throws if a call of the library failed. */
    static void check(ons_error_t *raw) {
        if (raw != nullptr) {
            throw Error(raw);
        }
    }

  private:
    explicit Error(detail::Handle<ons_error_t, ons_error_free> raw)
        : std::runtime_error(std::string(detail::view(ons_error_message(raw.get())))),
          code_(ons_error_code(raw.get())), topic_(detail::view(ons_error_topic(raw.get()))),
          message_id_(detail::view(ons_error_message_id(raw.get()))),
          broker_code_(ons_error_broker_code(raw.get())),
          remark_(detail::view(ons_error_remark(raw.get()))),
          is_retriable_(ons_error_is_retriable(raw.get())) {}

    Code code_;
    std::string topic_;
    std::string message_id_;
    int broker_code_;
    std::string remark_;
    bool is_retriable_;
};

/** The library's version. */
inline std::string_view version() noexcept { return detail::view(ons_version()); }

/** Properties by name, as for the vendor's SDK. */
class Config {
  public:
    Config() : raw_(ons_config_new()) {}

    /** Properties as {{"NAMESRV_ADDR", "..."}, ...}. */
    Config(std::initializer_list<std::pair<std::string_view, std::string_view>> properties)
        : Config() {
        for (const auto &[key, value] : properties) {
            set(key, value);
        }
    }

    /** Sets a property; what it is made into checks it. */
    Config &set(std::string_view key, std::string_view value) {
        Error::check(
            ons_config_set(raw_.get(), key.data(), key.size(), value.data(), value.size()));
        return *this;
    }

    const ons_config_t *raw() const noexcept { return raw_.get(); }

  private:
    detail::Handle<ons_config_t, ons_config_free> raw_;
};

/** A message that belongs to somebody else: valid for as long as that lives. */
class MessageView {
  public:
    explicit MessageView(const ons_message_t *raw) noexcept : raw_(raw) {}

    std::string_view topic() const noexcept { return detail::view(ons_message_topic(raw_)); }
    std::string_view body() const noexcept { return detail::view(ons_message_body(raw_)); }
    /** The tag; empty for none. */
    std::string_view tag() const noexcept { return detail::view(ons_message_tag(raw_)); }
    /** The key; empty for none. */
    std::string_view key() const noexcept { return detail::view(ons_message_key(raw_)); }
    /** A property; empty for none. */
    std::string_view property(std::string_view name) const noexcept {
        return detail::view(ons_message_property(raw_, name.data(), name.size()));
    }
    /** The user properties, in their order. */
    std::vector<std::pair<std::string_view, std::string_view>> properties() const {
        std::vector<std::pair<std::string_view, std::string_view>> all;
        ons_message_each_property(
            raw_,
            [](void *list, ons_view_t name, ons_view_t value) {
                static_cast<decltype(all) *>(list)->emplace_back(detail::view(name),
                                                                 detail::view(value));
            },
            &all);
        return all;
    }
    std::string_view message_id() const noexcept { return detail::view(ons_message_id(raw_)); }
    int reconsume_times() const noexcept { return ons_message_reconsume_times(raw_); }
    /** Milliseconds since 1970. */
    std::int64_t born_timestamp() const noexcept { return ons_message_born_timestamp(raw_); }
    std::string_view born_host() const noexcept {
        return detail::view(ons_message_born_host(raw_));
    }
    /** Milliseconds since 1970. */
    std::int64_t store_timestamp() const noexcept { return ons_message_store_timestamp(raw_); }
    std::string_view broker_name() const noexcept {
        return detail::view(ons_message_broker_name(raw_));
    }
    int queue_id() const noexcept { return ons_message_queue_id(raw_); }
    std::int64_t queue_offset() const noexcept { return ons_message_queue_offset(raw_); }

    const ons_message_t *raw() const noexcept { return raw_; }

  private:
    const ons_message_t *raw_;
};

/** A message of one's own: to be sent, or a copy of one that was received. */
class Message {
  public:
    Message(std::string_view topic, std::string_view body) {
        ons_message_t *raw = nullptr;
        Error::check(
            ons_message_new(topic.data(), topic.size(), detail::bytes(body), body.size(), &raw));
        raw_.reset(raw);
    }

    /** A copy that shares the body, for use after a delivery is gone. */
    explicit Message(MessageView other) {
        ons_message_t *raw = nullptr;
        Error::check(ons_message_clone(other.raw(), &raw));
        raw_.reset(raw);
    }

    Message &tag(std::string_view tag) & {
        Error::check(ons_message_set_tag(raw_.get(), tag.data(), tag.size()));
        return *this;
    }
    Message &&tag(std::string_view tag) && { return std::move(this->tag(tag)); }
    Message &key(std::string_view key) & {
        Error::check(ons_message_set_key(raw_.get(), key.data(), key.size()));
        return *this;
    }
    Message &&key(std::string_view key) && { return std::move(this->key(key)); }
    Message &property(std::string_view name, std::string_view value) & {
        Error::check(ons_message_set_property(raw_.get(), name.data(), name.size(), value.data(),
                                              value.size()));
        return *this;
    }
    Message &&property(std::string_view name, std::string_view value) && {
        return std::move(this->property(name, value));
    }

    MessageView view() const noexcept { return MessageView(raw_.get()); }
    const ons_message_t *raw() const noexcept { return raw_.get(); }

  private:
    detail::Handle<ons_message_t, ons_message_free> raw_;
};

/** A message is stored. */
class SendResult {
  public:
    explicit SendResult(ons_send_result_t *raw) noexcept : raw_(raw) {}

    std::string_view message_id() const noexcept {
        return detail::view(ons_send_result_message_id(raw_.get()));
    }
    std::string_view topic() const noexcept {
        return detail::view(ons_send_result_topic(raw_.get()));
    }
    std::string_view broker_name() const noexcept {
        return detail::view(ons_send_result_broker_name(raw_.get()));
    }
    int queue_id() const noexcept { return ons_send_result_queue_id(raw_.get()); }
    std::int64_t queue_offset() const noexcept { return ons_send_result_queue_offset(raw_.get()); }
    /** All of it on a line. */
    std::string_view text() const noexcept {
        return detail::view(ons_send_result_text(raw_.get()));
    }

  private:
    detail::Handle<ons_send_result_t, ons_send_result_free> raw_;
};

/** Sends messages. Any threads at once. */
class Producer {
  public:
    /** What became of a send. */
    using Sent = std::variant<SendResult, Error>;
    /** Called with it, on a network thread: it must not wait. */
    using Callback = std::function<void(Sent)>;

    explicit Producer(const Config &config) {
        ons_producer_t *raw = nullptr;
        Error::check(ons_producer_new(config.raw(), &raw));
        raw_.reset(raw);
    }

    void start() { Error::check(ons_producer_start(raw_.get())); }
    /** Waits for sends in flight. */
    void shutdown() { Error::check(ons_producer_shutdown(raw_.get())); }
    bool is_started() const noexcept { return ons_producer_is_started(raw_.get()); }
    bool is_closed() const noexcept { return ons_producer_is_closed(raw_.get()); }

    /** Waits until a broker has stored the message. */
    SendResult send(const Message &message) {
        ons_send_result_t *result = nullptr;
        Error::check(ons_producer_send(raw_.get(), message.raw(), &result));
        return SendResult(result);
    }

    /** Does not wait for the broker: the message may be lost. */
    void send_oneway(const Message &message) {
        Error::check(ons_producer_send_oneway(raw_.get(), message.raw()));
    }

    /** Sends in the background and calls `callback`. */
    void send_async(const Message &message, Callback callback) {
        auto userdata = new Callback(std::move(callback));
        Error::check(ons_producer_send_async(raw_.get(), message.raw(), &Producer::sent, userdata,
                                             &detail::destroy<Callback>));
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
        Error::check(ons_producer_send_many(raw_.get(), raws.data(), raws.size(), results.data(),
                                            errors.data()));
        std::vector<Sent> all;
        all.reserve(raws.size());
        for (std::size_t at = 0; at < raws.size(); ++at) {
            all.push_back(one(results[at], errors[at]));
        }
        return all;
    }

    const ons_producer_t *raw() const noexcept { return raw_.get(); }

  private:
    static Sent one(ons_send_result_t *result, ons_error_t *error) {
        if (error == nullptr) {
            return SendResult(result);
        }
        return Error(error);
    }

    static void sent(void *userdata, ons_send_result_t *result, ons_error_t *error) {
        try {
            (*static_cast<Callback *>(userdata))(one(result, error));
        } catch (...) {
            // There is nobody to catch it, and it must not cross C.
            std::fputs("onsmq: a send's callback threw an exception, which is lost\n", stderr);
        }
    }

    detail::Handle<ons_producer_t, ons_producer_free> raw_;
};

/** What becomes of a message. */
enum class Action : std::uint32_t {
    /** It is done with. */
    CommitMessage = ONS_ACTION_COMMIT_MESSAGE,
    /** It is to come again later. */
    ReconsumeLater = ONS_ACTION_RECONSUME_LATER,
};

/** A message and its completion. Destroyed uncompleted, the message comes again later. */
class Delivery {
  public:
    explicit Delivery(ons_delivery_t *raw) noexcept : raw_(raw) {}

    /** The message, for as long as the delivery lives. */
    MessageView message() const noexcept { return MessageView(ons_delivery_message(raw_.get())); }

    /** Says what becomes of the message: once, on any thread. */
    void complete(Action action) {
        Error::check(ons_delivery_complete(raw_.get(), static_cast<std::uint32_t>(action)));
    }

  private:
    detail::Handle<ons_delivery_t, ons_delivery_free> raw_;
};

/** Consumes messages as a member of a group. Any threads at once. */
class Consumer {
  public:
    /** Called with a message; one that throws has it come again later. */
    using Listener = std::function<Action(MessageView)>;
    /** Called with deliveries that are the callee's, to be completed now or later. */
    using DeliveryListener = std::function<void(std::vector<Delivery>)>;

    explicit Consumer(const Config &config) {
        ons_consumer_t *raw = nullptr;
        Error::check(ons_consumer_new(config.raw(), &raw));
        raw_.reset(raw);
    }

    /** Subscribes to a topic with a listener, which runs on threads of the consumer's own. */
    void subscribe(std::string_view topic, std::string_view expression, Listener listener) {
        subscribe_deliveries(topic, expression, [listener = std::move(listener)](auto deliveries) {
            for (auto &delivery : deliveries) {
                delivery.complete(consume(listener, delivery.message()));
            }
        });
    }

    /** Subscribes to a topic with a listener that completes its messages by itself. */
    void subscribe_deliveries(std::string_view topic, std::string_view expression,
                              DeliveryListener listener) {
        auto userdata = new DeliveryListener(std::move(listener));
        Error::check(ons_consumer_subscribe(raw_.get(), topic.data(), topic.size(),
                                            expression.data(), expression.size(), &Consumer::call,
                                            userdata, &detail::destroy<DeliveryListener>));
    }

    /** Subscribes to a topic whose messages are taken with receive(). */
    void subscribe(std::string_view topic, std::string_view expression = "*") {
        Error::check(ons_consumer_subscribe(raw_.get(), topic.data(), topic.size(),
                                            expression.data(), expression.size(), nullptr, nullptr,
                                            nullptr));
    }

    void unsubscribe(std::string_view topic) {
        Error::check(ons_consumer_unsubscribe(raw_.get(), topic.data(), topic.size()));
    }

    /** Waits for a message up to a limit and takes up to `max` of one topic; none afterwards. */
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
    static Action consume(const Listener &listener, MessageView message) {
        try {
            return listener(message);
        } catch (const std::exception &fault) {
            std::fprintf(stderr,
                         "onsmq: a listener threw an exception, its message comes again: %s\n",
                         fault.what());
        } catch (...) {
            std::fputs("onsmq: a listener threw an exception, its message comes again\n", stderr);
        }
        return Action::ReconsumeLater;
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

    detail::Handle<ons_consumer_t, ons_consumer_free> raw_;
};

/** A name server and brokers in this process, for first steps and tests. */
class DevServer {
  public:
    explicit DevServer(const Config &options = Config()) {
        ons_dev_server_t *raw = nullptr;
        Error::check(ons_dev_server_start(options.raw(), &raw));
        raw_.reset(raw);
    }

    /** What clients take as NAMESRV_ADDR. */
    std::string_view namesrv_addr() const noexcept {
        return detail::view(ons_dev_server_namesrv_addr(raw_.get()));
    }

    void create_topic(std::string_view topic, std::uint32_t queues) {
        Error::check(ons_dev_server_create_topic(raw_.get(), topic.data(), topic.size(), queues));
    }

  private:
    detail::Handle<ons_dev_server_t, ons_dev_server_free> raw_;
};

} // namespace onsmq

#endif // ONSMQ_HPP
