// As tests/c/openapi.c, through onsmq.hpp; with one more argument, by the methods of each
// operation.
#include <iostream>
#include <sstream>
#include <string>

#include "openapi_calls.hpp"
// For CHECK.
#include "../c/support.h"

namespace {

struct Call {
    std::string operation;
    onsmq::OpenApi::Parameters parameters;
};

Call parse(const std::string &line) {
    std::istringstream parts(line);
    Call call;
    CHECK(std::getline(parts, call.operation, '\t'));
    std::string key, value;
    while (std::getline(parts, key, '\t') && std::getline(parts, value, '\t')) {
        call.parameters.emplace_back(key, value);
    }
    return call;
}

std::string show(const onsmq::OpenApiResult &result) {
    std::ostringstream line;
    line << "ok\t" << result.request_id() << '\t' << result.message() << '\t' << result.total()
         << '\t' << result.current_page() << '\t' << result.page_size() << '\t' << result.data();
    return line.str();
}

std::string show(const onsmq::Error &error) {
    std::ostringstream line;
    line << "error\t" << error.code_name() << '\t' << error.operation() << '\t'
         << error.openapi_code() << '\t' << error.request_id() << '\t' << error.remedy();
    return line.str();
}

template <typename Ask> std::string told(Ask ask) {
    try {
        return show(ask());
    } catch (const onsmq::Error &error) {
        return show(error);
    }
}

} // namespace

int main(int argc, char **argv) try {
    CHECK(argc >= 4);
    onsmq::OpenApi client({{"Endpoint", argv[1]}, {"AccessKey", argv[2]}, {"SecretKey", argv[3]}});
    if (argc > 4) {
        call_all(client, [](const auto &request) {
            const auto now = told([&] { return request.call(); });
            CHECK(now == told([&] { return request.call_async().get(); }));
            std::cout << now << '\n';
        });
        return 0;
    }
    std::string line;
    while (std::getline(std::cin, line)) {
        const Call call = parse(line);
        const auto now = told([&] { return client.call(call.operation, call.parameters); });
        CHECK(now ==
              told([&] { return client.call_async(call.operation, call.parameters).get(); }));
        std::cout << now << '\n';
    }
    return 0;
} catch (const std::exception &fault) {
    std::cerr << fault.what() << "\n";
    return 1;
}
