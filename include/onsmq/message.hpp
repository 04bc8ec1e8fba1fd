/* Messages and what becomes of a send. Part of onsmq.hpp. */
#ifndef ONSMQ_MESSAGE_HPP
#define ONSMQ_MESSAGE_HPP

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "error.hpp"

namespace onsmq {

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
    /** The sharding key; empty for none. */
    std::string_view sharding_key() const noexcept {
        return detail::view(ons_message_sharding_key(raw_));
    }
    /** When it is, or was, to be delivered: milliseconds since 1970; 0 for at once. */
    std::int64_t start_deliver_time() const noexcept {
        return ons_message_start_deliver_time(raw_);
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
    Message &sharding_key(std::string_view key) & {
        Error::check(ons_message_set_sharding_key(raw_.get(), key.data(), key.size()));
        return *this;
    }
    Message &&sharding_key(std::string_view key) && { return std::move(this->sharding_key(key)); }
    /** When to deliver it, in milliseconds since 1970. */
    Message &start_deliver_time(std::int64_t time) & {
        Error::check(ons_message_set_start_deliver_time(raw_.get(), time));
        return *this;
    }
    Message &&start_deliver_time(std::int64_t time) && {
        return std::move(this->start_deliver_time(time));
    }
    /** When to deliver it. */
    Message &start_deliver_time(std::chrono::system_clock::time_point time) & {
        const auto since = time.time_since_epoch();
        return start_deliver_time(
            std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
    }
    Message &&start_deliver_time(std::chrono::system_clock::time_point time) && {
        return std::move(this->start_deliver_time(time));
    }
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

} // namespace onsmq

#endif // ONSMQ_MESSAGE_HPP
