/* Errors, and what all parts share. Part of onsmq.hpp. */
#ifndef ONSMQ_ERROR_HPP
#define ONSMQ_ERROR_HPP

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "../onsmq.h"

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
    /** Open API: the operation that failed, such as topic/create; or empty. */
    const std::string &operation() const noexcept { return operation_; }
    /** Open API: the code that the console refused with, such as BIZ_TOPIC_EXISTED; or empty. */
    const std::string &openapi_code() const noexcept { return openapi_code_; }
    /** Open API: what to do about that code, where the guide knows it. */
    const std::string &remedy() const noexcept { return remedy_; }
    /** Open API: the id of the request that the console refused; or empty. */
    const std::string &request_id() const noexcept { return request_id_; }
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
          operation_(detail::view(ons_error_operation(raw.get()))),
          openapi_code_(detail::view(ons_error_openapi_code(raw.get()))),
          remedy_(detail::view(ons_error_remedy(raw.get()))),
          request_id_(detail::view(ons_error_request_id(raw.get()))),
          is_retriable_(ons_error_is_retriable(raw.get())) {}

    Code code_;
    std::string topic_;
    std::string message_id_;
    int broker_code_;
    std::string remark_;
    std::string operation_;
    std::string openapi_code_;
    std::string remedy_;
    std::string request_id_;
    bool is_retriable_;
};

/** The library's version. */
inline std::string_view version() noexcept { return detail::view(ons_version()); }

} // namespace onsmq

#endif // ONSMQ_ERROR_HPP
