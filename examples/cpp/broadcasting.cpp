// Each member of a group gets all messages: `broadcasting [NAMESRV_ADDR]`.
#include <cstdlib>
#include <filesystem>
#include <list>

#include "common.hpp"

// A folder that is removed in the end. A real program has one that stays.
class TemporaryFolder {
  public:
    TemporaryFolder() : path_(std::filesystem::temp_directory_path() / "onsmq-offsets-XXXXXX") {
        if (mkdtemp(path_.data()) == nullptr) {
            throw std::runtime_error("no folder can be made as " + path_);
        }
    }
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::string &path() const { return path_; }

  private:
    std::string path_;
};

// Two members, one message.
static void example(const std::string &address) {
    // Each member keeps in a file how far it is.
    const TemporaryFolder folder;
    const onsmq::Config config{{"NAMESRV_ADDR", address},
                               {"GROUP_ID", "GID_broadcasting_cpp"},
                               {"MessageModel", name(onsmq::MessageModel::Broadcasting)},
                               {"LocalOffsetStoreDir", folder.path()}};
    Countdown countdown(2);
    std::list<onsmq::Consumer> members;
    for (const std::string name : {"first", "second"}) {
        auto &member = members.emplace_back(config);
        member.subscribe("broadcasting_cpp", "news", [&, name](onsmq::MessageView message) {
            say(name, " received  ", message.body());
            countdown.came();
            return onsmq::Action::CommitMessage;
        });
        member.start();
    }

    onsmq::Producer producer({{"NAMESRV_ADDR", address}});
    producer.start();
    producer.send(onsmq::Message("broadcasting_cpp", "hello to all").tag("news"));
    countdown.wait();

    producer.shutdown();
    for (auto &member : members) {
        member.shutdown();
    }
}

int main(int argc, char **argv) { return run(argc, argv, example); }
