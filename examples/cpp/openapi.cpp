// Makes a topic by the Open API of a console, and shows the backlog of a group.
//
//     openapi ENDPOINT TOPIC INSTANCE GROUP
//
// The account is in the environment, as ONS_ACCESS_KEY and ONS_SECRET_KEY. Without a console of
// your own: tests/console/console.py prints its ENDPOINT, and its account is in its head.
#include <cstdlib>
#include <iostream>

#include "onsmq.hpp"

namespace {

std::string_view environment(const char *name) {
    const char *value = std::getenv(name);
    if (value == nullptr) {
        throw std::runtime_error(std::string("set ") + name);
    }
    return value;
}

void create(onsmq::OpenApi &console, std::string_view topic, std::string_view instance) {
    try {
        console.topic().create(topic, instance).call();
        std::cout << "created   " << topic << "\n";
    } catch (const onsmq::Error &error) {
        // A write is never sent again by itself: the topic may have been there before.
        if (error.openapi_code() != "BIZ_TOPIC_EXISTED") {
            throw;
        }
        std::cout << "exists    " << topic << "\n";
    }
}

} // namespace

int main(int argc, char **argv) try {
    if (argc != 5) {
        std::cerr << "usage: openapi ENDPOINT TOPIC INSTANCE GROUP\n";
        return 2;
    }
    onsmq::OpenApi console({{"Endpoint", argv[1]},
                            {"AccessKey", environment("ONS_ACCESS_KEY")},
                            {"SecretKey", environment("ONS_SECRET_KEY")}});
    create(console, argv[2], argv[3]);
    const auto backlog = console.consumer().accumulate(argv[4]).call();
    std::cout << "backlog   " << backlog.data() << "\n";
    return 0;
} catch (const std::exception &fault) {
    std::cerr << fault.what() << "\n";
    return 1;
}
