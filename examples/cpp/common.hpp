// What the examples share: the end at an error, the server, and waiting for a listener.
#ifndef COMMON_HPP
#define COMMON_HPP

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "onsmq.hpp"

// Runs an example on the server that the program is given, or on a dev server.
inline int run(int argc, char **argv, void (*example)(const std::string &address)) try {
    std::optional<onsmq::DevServer> server;
    example(argc > 1 ? argv[1] : std::string(server.emplace().namesrv_addr()));
    return 0;
} catch (const onsmq::Error &error) {
    // What a real program does depends on error.code().
    std::cerr << error.code_name() << ": " << error.what() << "\n";
    return 1;
} catch (const std::exception &error) {
    std::cerr << error.what() << "\n";
    return 1;
}

// Prints in one write, since listeners print on threads of their own.
template <typename... Parts> void say(const Parts &...parts) {
    std::string line;
    (line.append(parts), ...);
    std::cout << line + "\n";
}

// How many messages are missing; listeners count it down on threads of their own. It is declared
// before its consumer, which calls them until it is gone.
class Countdown {
  public:
    explicit Countdown(std::size_t missing) : missing_(missing) {}

    void came(std::size_t count = 1) {
        const std::lock_guard lock(mutex_);
        // A message may come twice.
        missing_ -= count < missing_ ? count : missing_;
        changed_.notify_all();
    }

    void wait() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::minutes(1), [this] { return missing_ == 0; })) {
            throw std::runtime_error("not all messages came within a minute");
        }
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t missing_;
};

#endif
