/* Enumerations and properties. Part of onsmq.hpp. */
#ifndef ONSMQ_CONFIG_HPP
#define ONSMQ_CONFIG_HPP

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "error.hpp"

namespace onsmq {

/** What becomes of a message. */
enum class Action : std::uint32_t {
    /** It is done with. */
    CommitMessage = ONS_ACTION_COMMIT_MESSAGE,
    /** It is to come again later. */
    ReconsumeLater = ONS_ACTION_RECONSUME_LATER,
};

/** What becomes of an ordered message. */
enum class OrderAction : std::uint32_t {
    /** It is done with: the next one of its queue may come. */
    Success = ONS_ORDER_ACTION_SUCCESS,
    /** Its queue pauses for suspendTimeMillis, then it comes again. */
    Suspend = ONS_ORDER_ACTION_SUSPEND,
};

/** The outcome of a transaction. */
enum class TransactionStatus : std::uint32_t {
    /** The message is delivered. */
    CommitTransaction = ONS_TRANSACTION_STATUS_COMMIT_TRANSACTION,
    /** The message is dropped. */
    RollbackTransaction = ONS_TRANSACTION_STATUS_ROLLBACK_TRANSACTION,
    /** Not known yet: the broker asks the checker later. */
    Unknow = ONS_TRANSACTION_STATUS_UNKNOW,
    /** The vendor's spelling is the one above. */
    Unknown = Unknow,
};

/** Who of a group gets a message: the property MessageModel. */
enum class MessageModel : std::uint32_t {
    /** Each member. */
    Broadcasting = ONS_MESSAGE_MODEL_BROADCASTING,
    /** One member. */
    Clustering = ONS_MESSAGE_MODEL_CLUSTERING,
};

namespace detail {

/** The functions of an enumeration. */
template <typename Enum> struct EnumOf;
template <> struct EnumOf<Action> {
    static constexpr auto name = ons_action_name;
    static constexpr auto value_of = ons_action_value_of;
    static constexpr std::array values{Action::CommitMessage, Action::ReconsumeLater};
};
template <> struct EnumOf<OrderAction> {
    static constexpr auto name = ons_order_action_name;
    static constexpr auto value_of = ons_order_action_value_of;
    static constexpr std::array values{OrderAction::Success, OrderAction::Suspend};
};
template <> struct EnumOf<TransactionStatus> {
    static constexpr auto name = ons_transaction_status_name;
    static constexpr auto value_of = ons_transaction_status_value_of;
    static constexpr std::array values{TransactionStatus::CommitTransaction,
                                       TransactionStatus::RollbackTransaction,
                                       TransactionStatus::Unknow};
};
template <> struct EnumOf<MessageModel> {
    static constexpr auto name = ons_message_model_name;
    static constexpr auto value_of = ons_message_model_value_of;
    static constexpr std::array values{MessageModel::Broadcasting, MessageModel::Clustering};
};

} // namespace detail

/** All values of an enumeration: values<Action>(). */
template <typename Enum> constexpr const auto &values() noexcept {
    return detail::EnumOf<Enum>::values;
}

/** The vendor's name of a value. */
template <typename Enum> std::string_view name(Enum value) noexcept {
    return detail::view(detail::EnumOf<Enum>::name(static_cast<std::uint32_t>(value)));
}

/** The value that has exactly this name: value_of<Action>("CommitMessage"). Others throw. */
template <typename Enum> Enum value_of(std::string_view name) {
    std::uint32_t value = 0;
    Error::check(detail::EnumOf<Enum>::value_of(name.data(), name.size(), &value));
    return static_cast<Enum>(value);
}

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

    /** Sets MessageModel. */
    Config &set(std::string_view key, MessageModel value) { return set(key, name(value)); }

    const ons_config_t *raw() const noexcept { return raw_.get(); }

  private:
    detail::Handle<ons_config_t, ons_config_free> raw_;
};

} // namespace onsmq

#endif // ONSMQ_CONFIG_HPP
