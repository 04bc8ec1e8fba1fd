/* The server for first steps and tests. Part of onsmq.hpp. */
#ifndef ONSMQ_DEV_SERVER_HPP
#define ONSMQ_DEV_SERVER_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "config.hpp"

namespace onsmq {

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

    /** What an OpenApi takes as Endpoint; a browser shows a page there. */
    std::string_view console_url() const noexcept {
        return detail::view(ons_dev_server_console_url(raw_.get()));
    }

    void create_topic(std::string_view topic, std::uint32_t queues) {
        Error::check(ons_dev_server_create_topic(raw_.get(), topic.data(), topic.size(), queues));
    }

    /** Does what a JSON text asks for, such as `{"kill_broker": {"broker": "broker-a"}}`, and
     *  answers in JSON: docs/dev-server.md lists the commands. */
    std::string control(std::string_view command) {
        ons_text_t *raw = nullptr;
        Error::check(ons_dev_server_control(raw_.get(), command.data(), command.size(), &raw));
        const detail::Handle<ons_text_t, ons_text_free> text(raw);
        return std::string(detail::view(ons_text_view(text.get())));
    }

  private:
    detail::Handle<ons_dev_server_t, ons_dev_server_free> raw_;
};

} // namespace onsmq

#endif // ONSMQ_DEV_SERVER_HPP
