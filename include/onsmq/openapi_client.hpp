/* The Open API of a console, by names of operations. Part of onsmq.hpp. */
#ifndef ONSMQ_OPENAPI_CLIENT_HPP
#define ONSMQ_OPENAPI_CLIENT_HPP

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
    /** The page to ask for next, where the operation has pages; 0 where this is the last one. */
    std::int64_t next_page() const noexcept { return ons_openapi_result_next_page(raw_.get()); }

  private:
    detail::Handle<ons_openapi_result_t, ons_openapi_result_free> raw_;
};

/** A client of a console, by names of operations: OpenApi has a method for each. */
class OpenApiClient {
  public:
    using Parameters = std::vector<std::pair<std::string, std::string>>;
    /** What became of a call. */
    using Answered = std::variant<OpenApiResult, Error>;
    /** Called with what became of a call, on a network thread: it must not wait. */
    using Callback = std::function<void(Answered)>;

    explicit OpenApiClient(const Config &config) {
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
            parameters.size(), &OpenApiClient::done, userdata, &detail::destroy<Callback>));
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

namespace detail {

/** What all requests are: an operation and its parameters. Nothing is sent before it is called. */
class OpenApiRequest {
  public:
    /** Sends it, and waits for the answer. */
    OpenApiResult call() const { return client_->call(operation_, parameters_); }
    /** Sends it in the background; the future holds the answer, or throws the Error. */
    std::future<OpenApiResult> call_async() const {
        return client_->call_async(operation_, parameters_);
    }
    /** Sends it in the background and calls `callback`. */
    void call_async(OpenApiClient::Callback callback) const {
        client_->call_async(operation_, parameters_, std::move(callback));
    }

  protected:
    OpenApiRequest(OpenApiClient &client, const char *operation)
        : client_(&client), operation_(operation) {}

    /** Sets a parameter; the last value counts. */
    void put_text(const char *name, std::string_view value) {
        for (auto &[known, old] : parameters_) {
            if (known == name) {
                old = value;
                return;
            }
        }
        parameters_.emplace_back(name, value);
    }
    void put_number(const char *name, std::int64_t value) { put_text(name, std::to_string(value)); }
    void put_bool(const char *name, bool value) { put_text(name, value ? "true" : "false"); }

  private:
    OpenApiClient *client_;
    const char *operation_;
    OpenApiClient::Parameters parameters_;
};

} // namespace detail

} // namespace onsmq

#endif // ONSMQ_OPENAPI_CLIENT_HPP
