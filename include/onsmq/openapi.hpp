/* The Open API of a console. Part of onsmq.hpp. */
#ifndef ONSMQ_OPENAPI_HPP
#define ONSMQ_OPENAPI_HPP

#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config.hpp"

namespace onsmq {

/** What the console answered. */
class OpenApiResult {
  public:
    /** Takes over a result of the library. */
    explicit OpenApiResult(ons_openapi_result_t *raw) noexcept : raw_(raw) {}

    /** The data as JSON; `null` where there is none. */
    std::string_view data() const noexcept {
        return detail::view(ons_openapi_result_data(raw_.get()));
    }
    /** What the console says. */
    std::string_view message() const noexcept {
        return detail::view(ons_openapi_result_message(raw_.get()));
    }
    /** The request's id, for the vendor's support; empty where there is none. */
    std::string_view request_id() const noexcept {
        return detail::view(ons_openapi_result_request_id(raw_.get()));
    }
    /** Items over all pages; 0 where the console does not say. */
    std::int64_t total() const noexcept { return ons_openapi_result_total(raw_.get()); }
    /** The page that this is; 0 where the console does not say. */
    std::int64_t current_page() const noexcept {
        return ons_openapi_result_current_page(raw_.get());
    }
    /** Items on a full page; 0 where the console does not say. */
    std::int64_t page_size() const noexcept { return ons_openapi_result_page_size(raw_.get()); }

  private:
    detail::Handle<ons_openapi_result_t, ons_openapi_result_free> raw_;
};

/**
 * A client of a console, made of Endpoint, AccessKey and SecretKey. Any threads at once.
 *
 *     onsmq::OpenApi console({{"Endpoint", "https://..."}, {"AccessKey", "..."}, ...});
 *     console.call("topic/create", {{"topic", "T"}, {"instanceId", "inst"}});
 *
 * Which operations there are, and what they take, is said in the vendor's guide. Numbers are given
 * as text in decimal, booleans as true or false. Error::openapi_code() says why the console
 * refused.
 */
class OpenApi {
  public:
    using Parameters = std::vector<std::pair<std::string, std::string>>;
    /** What became of a call. */
    using Answered = std::variant<OpenApiResult, Error>;
    /** Called with what became of a call, on a network thread: it must not wait. */
    using Callback = std::function<void(Answered)>;

    explicit OpenApi(const Config &config) {
        ons_openapi_t *raw = nullptr;
        Error::check(ons_openapi_new(config.raw(), &raw));
        raw_.reset(raw);
    }

    /** Waits for the answer to an operation. */
    OpenApiResult call(std::string_view operation, const Parameters &parameters = {}) {
        const Views views(parameters);
        ons_openapi_result_t *result = nullptr;
        Error::check(ons_openapi_call(raw_.get(), operation.data(), operation.size(),
                                      views.keys.data(), views.values.data(), parameters.size(),
                                      &result));
        return OpenApiResult(result);
    }

    /** Asks in the background and calls `callback`. */
    void call_async(std::string_view operation, const Parameters &parameters, Callback callback) {
        const Views views(parameters);
        auto userdata = new Callback(std::move(callback));
        Error::check(ons_openapi_call_async(
            raw_.get(), operation.data(), operation.size(), views.keys.data(), views.values.data(),
            parameters.size(), &OpenApi::done, userdata, &detail::destroy<Callback>));
    }

    /** Asks in the background; the future holds the answer, or throws the Error. */
    std::future<OpenApiResult> call_async(std::string_view operation,
                                          const Parameters &parameters = {}) {
        auto promise = std::make_shared<std::promise<OpenApiResult>>();
        auto future = promise->get_future();
        call_async(operation, parameters, [promise](Answered answered) {
            if (auto *result = std::get_if<OpenApiResult>(&answered)) {
                promise->set_value(std::move(*result));
            } else {
                promise->set_exception(std::make_exception_ptr(std::get<Error>(answered)));
            }
        });
        return future;
    }

  private:
    struct Views {
        explicit Views(const Parameters &parameters) {
            for (const auto &[key, value] : parameters) {
                keys.push_back({detail::bytes(key), key.size()});
                values.push_back({detail::bytes(value), value.size()});
            }
        }

        std::vector<ons_view_t> keys;
        std::vector<ons_view_t> values;
    };

    static Answered answered(ons_openapi_result_t *result, ons_error_t *error) {
        if (error == nullptr) {
            return OpenApiResult(result);
        }
        return Error(error);
    }

    static void done(void *userdata, ons_openapi_result_t *result, ons_error_t *error) {
        try {
            (*static_cast<Callback *>(userdata))(answered(result, error));
        } catch (...) {
            // There is nobody to catch it, and it must not cross C.
            std::fputs("onsmq: a call's callback threw an exception, which is lost\n", stderr);
        }
    }

    detail::Handle<ons_openapi_t, ons_openapi_free> raw_;
};

} // namespace onsmq

#endif // ONSMQ_OPENAPI_HPP
