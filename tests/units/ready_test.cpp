#include "units/ready/wait_healthy.hpp"

#include "tests/slot/loopback/raw_server.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hal0::ready {
namespace {

using test::closed_port;
using test::RawServer;
using test::response;
using test::saying;

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

milliseconds since(Clock::time_point begin) { return std::chrono::duration_cast<milliseconds>(Clock::now() - begin); }

/// A process that sleeps until it is ended.
class Child {
public:
    Child() : pid_(fork()) {
        if (pid_ == 0) {
            while (true) pause();
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        kill();
        waitpid(pid_, nullptr, 0);
    }
    void kill() const { ::kill(pid_, SIGKILL); }
    pid_t pid() const { return pid_; }

private:
    pid_t pid_;
};

const Health healthy{Health::Answer::status, 200};
const Health loading{Health::Answer::status, 503};
const Health silent{Health::Answer::silent, 0};
const Health closed{Health::Answer::closed, 0};
const Health not_listening{};

/// Answers with one word of the script after the other; the last one again and again.
std::function<Health()> scripted(std::vector<Health> answers) {
    return [answers = std::move(answers), at = std::size_t{0}]() mutable { return answers[std::min(at++, answers.size() - 1)]; };
}

using Reports = std::vector<Health>;

TEST(WaitHealthy, EndsWithTheFirstHealthyAnswer) {
    const Child child;
    Reports reports;
    const auto begin = Clock::now();
    EXPECT_EQ(wait_healthy(child.pid(), scripted({healthy}), [&](Health health) { reports.push_back(health); }), Outcome::healthy);
    EXPECT_LT(since(begin), milliseconds{2000});
    EXPECT_EQ(reports, Reports{healthy});
}

TEST(WaitHealthy, ReportsEachChangeOnce) {
    const Child child;
    Reports reports;
    const auto answers = scripted({not_listening, not_listening, loading, loading, silent, loading, healthy});
    EXPECT_EQ(wait_healthy(child.pid(), answers, [&](Health health) { reports.push_back(health); }), Outcome::healthy);
    EXPECT_EQ(reports, (Reports{not_listening, loading, silent, loading, healthy}));
}

TEST(WaitHealthy, AsksInShortSteps) {
    const Child child;
    const auto begin = Clock::now();
    auto last = begin;
    auto shortest = milliseconds::max();  // a busy machine makes some longer, but not all
    int asked = 0;
    const auto ask_once = [&] {
        if (asked > 0) shortest = std::min(shortest, since(last));
        last = Clock::now();
        return ++asked == 11 ? healthy : loading;
    };
    wait_healthy(child.pid(), ask_once, [](Health) {});
    EXPECT_GE(since(begin), milliseconds{40});
    EXPECT_LT(shortest, milliseconds{30});
}

TEST(WaitHealthy, AProcessThatDiesEndsItAtOnce) {
    for (const auto answer : {not_listening, loading, silent}) {
        const Child child;
        std::atomic<Clock::time_point> died{};
        std::thread killer{[&] {
            std::this_thread::sleep_for(milliseconds{60});
            died = Clock::now();
            child.kill();
        }};
        Reports reports;
        const auto outcome = wait_healthy(child.pid(), scripted({answer}), [&](Health health) { reports.push_back(health); });
        const auto delay = since(died);
        killer.join();
        EXPECT_EQ(outcome, Outcome::process_ended);
        EXPECT_LT(delay, milliseconds{2000});
        EXPECT_EQ(reports, Reports{answer});
    }
}

TEST(WaitHealthy, AProcessThatHasEndedBeforeIsNoticed) {
    const Child child;
    child.kill();
    siginfo_t info{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(wait_healthy(child.pid(), scripted({not_listening}), [](Health) {}), Outcome::process_ended);
}

TEST(WaitHealthy, APidThatNobodyHasIsAnEndedProcess) {
    const pid_t gone = fork();
    if (gone == 0) _exit(0);
    waitpid(gone, nullptr, 0);
    EXPECT_EQ(wait_healthy(gone, scripted({loading}), [](Health) {}), Outcome::process_ended);
}

TEST(InWords, SaysWhatTheServerDoes) {
    EXPECT_EQ(not_listening.in_words(), "the server does not listen yet");
    EXPECT_EQ(silent.in_words(), "the server accepts connections and does not answer");
    EXPECT_EQ(closed.in_words(), "the server closes connections without an HTTP answer");
    EXPECT_EQ(loading.in_words(), "the server loads its model");
    EXPECT_EQ((Health{Health::Answer::status, 404}).in_words(), "the server answers its health check with the HTTP status 404");
}

TEST(WaitHealthy, AHealthyAnswerOfSomebodyElseIsNone) {
    const Child child;
    child.kill();
    siginfo_t info{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(wait_healthy(child.pid(), scripted({healthy}), [](Health) {}), Outcome::process_ended);
}

TEST(EndsWithin, SaysWhetherAProcessHasEnded) {
    const Child child;
    EXPECT_FALSE(ends_within(child.pid(), milliseconds{1}));
    child.kill();
    EXPECT_TRUE(ends_within(child.pid(), milliseconds{10'000}));
    EXPECT_TRUE(ends_within(0x7fffffff, milliseconds{0})) << "there is none";
}

TEST(Ask, Only200IsHealthy) {
    for (const auto& [status, health] : std::vector<std::pair<std::string, Health>>{
             {"200 OK", healthy}, {"503 Service Unavailable", loading}, {"404 Not Found", {Health::Answer::status, 404}},
             {"500 Internal Server Error", {Health::Answer::status, 500}}, {"204 No Content", {Health::Answer::status, 204}},
             {"302 Found", {Health::Answer::status, 302}}}) {
        const RawServer server{saying(response("{}", status))};
        EXPECT_EQ(ask(server.port(), "/health"), health) << status;
    }
}

TEST(Ask, AsksForThePathOnThisMachine) {
    std::string request;
    {
        const RawServer server{[&](const RawServer&, int fd) {
            request = RawServer::receive(fd);
            RawServer::say(fd, response("{}"));
        }};
        EXPECT_EQ(ask(server.port(), "/v1/models"), healthy);
    }
    EXPECT_TRUE(request.starts_with("GET /v1/models HTTP/1.1\r\n")) << request;
    EXPECT_NE(request.find("Host: 127.0.0.1:"), std::string::npos) << request;
}

TEST(Ask, NobodyListens) {
    const auto port = closed_port();
    const auto begin = Clock::now();
    EXPECT_EQ(ask(port, "/health"), not_listening);
    EXPECT_LT(since(begin), milliseconds{900}) << "as long as it has patience with a server that says nothing";
}

TEST(Ask, AServerThatAcceptsAndSaysNothingIsSilentWithinASecond) {
    const RawServer server{[](const RawServer& self, int fd) { self.hang(fd); }};
    const auto begin = Clock::now();
    EXPECT_EQ(ask(server.port(), "/health"), silent);
    EXPECT_GE(since(begin), milliseconds{900});
    EXPECT_LT(since(begin), milliseconds{2000});
}

TEST(Ask, AServerThatClosesOrTalksNonsenseDoesNotAnswer) {
    for (const auto& text : {std::string{}, std::string{"\r\n"}, std::string{"HTTP/1.1"}, std::string{"220 smtp\r\n\r\n"}, std::string(100'000, 'x')}) {
        const RawServer server{saying(text)};
        EXPECT_EQ(ask(server.port(), "/health"), closed) << text.substr(0, 20);
    }
}

// The helper is root's: what runs in the container must neither hold it nor fill the machine's memory.
TEST(Ask, ReadsNoEndlessBody) {
    std::atomic<std::size_t> sent = 0;
    {
        const RawServer server{[&](const RawServer&, int fd) {
            RawServer::receive(fd);
            const std::string block(1 << 16, 'x');
            if (!RawServer::say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")) return;
            while (sent < 256U << 20) {
                const auto now = send(fd, block.data(), block.size(), MSG_NOSIGNAL);
                if (now <= 0) return;
                sent += static_cast<std::size_t>(now);
            }
        }};
        ask(server.port(), "/health");
    }
    EXPECT_LT(sent, 16U << 20) << "bytes of a health answer";
}

// Its head may dribble: that server is the slot's own, its end closes the connection, and SIGTERM is another thread's.
TEST(Ask, AServerThatDribblesItsBodyDoesNotHoldIt) {
    const RawServer server{[](const RawServer&, int fd) {
        RawServer::receive(fd);
        const std::string body(60, 'x'), text = response(body);
        if (!RawServer::say(fd, std::string_view{text}.substr(0, text.size() - body.size()))) return;
        for (const char c : body) {
            if (!RawServer::say(fd, {&c, 1})) return;
            std::this_thread::sleep_for(milliseconds{50});
        }
    }};
    const auto begin = Clock::now();
    EXPECT_EQ(ask(server.port(), "/health"), healthy);
    EXPECT_LT(since(begin), milliseconds{500}) << "meanwhile nobody looks whether the process lives";
}

}  // namespace
}  // namespace hal0::ready
