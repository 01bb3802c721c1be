#include "units/ready/wait_healthy.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace hal0::ready {
namespace {

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
    EXPECT_LT(since(begin), milliseconds{100});
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
    int asked = 0;
    wait_healthy(child.pid(), [&] { return ++asked == 11 ? healthy : loading; }, [](Health) {});
    EXPECT_GE(since(begin), milliseconds{90});
    EXPECT_LT(since(begin), milliseconds{300});
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
        EXPECT_LT(delay, milliseconds{100});
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

/// Listens on a free port of 127.0.0.1; `serve` gets each connection.
class Server {
public:
    explicit Server(std::function<void(int)> serve) : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), serve_(std::move(serve)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) < 0 || listen(listener_, 8) < 0 ||
            getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) < 0)
            throw std::runtime_error("cannot listen");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread{[this] { run(); }};
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        done_ = true;
        thread_.join();
        close(listener_);
    }
    std::uint16_t port() const { return port_; }
    bool done() const { return done_; }

private:
    void run() {
        while (!done_) {
            pollfd waiting{listener_, POLLIN, 0};
            if (poll(&waiting, 1, 10) <= 0) continue;
            const int fd = accept(listener_, nullptr, nullptr);
            if (fd < 0) continue;
            serve_(fd);
            close(fd);
        }
    }

    int listener_;
    std::function<void(int)> serve_;
    std::uint16_t port_ = 0;
    std::atomic<bool> done_ = false;
    std::thread thread_;
};

std::string receive(int fd) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
        const auto got = recv(fd, buffer, sizeof buffer, 0);
        if (got <= 0) break;
        request.append(buffer, static_cast<std::size_t>(got));
    }
    return request;
}

std::function<void(int)> answering(const std::string& text) {
    return [text](int fd) {
        receive(fd);
        send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    };
}

std::string response(const std::string& status, const std::string& body = "{}") {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

TEST(Ask, Only200IsHealthy) {
    for (const auto& [status, health] : std::vector<std::pair<std::string, Health>>{
             {"200 OK", healthy}, {"503 Service Unavailable", loading}, {"404 Not Found", {Health::Answer::status, 404}},
             {"500 Internal Server Error", {Health::Answer::status, 500}}, {"204 No Content", {Health::Answer::status, 204}},
             {"302 Found", {Health::Answer::status, 302}}}) {
        const Server server{answering(response(status))};
        EXPECT_EQ(ask(server.port(), "/health"), health) << status;
    }
}

TEST(Ask, AsksForThePathOnThisMachine) {
    std::string request;
    {
        const Server server{[&](int fd) {
            request = receive(fd);
            const auto text = response("200 OK");
            send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        }};
        EXPECT_EQ(ask(server.port(), "/v1/models"), healthy);
    }
    EXPECT_TRUE(request.starts_with("GET /v1/models HTTP/1.1\r\n")) << request;
    EXPECT_NE(request.find("Host: 127.0.0.1:"), std::string::npos) << request;
}

TEST(Ask, NobodyListens) {
    std::uint16_t port = 0;
    {
        const Server server{[](int) {}};
        port = server.port();
    }
    const auto begin = Clock::now();
    EXPECT_EQ(ask(port, "/health"), not_listening);
    EXPECT_LT(since(begin), milliseconds{100});
}

TEST(Ask, AServerThatAcceptsAndSaysNothingIsSilentWithinASecond) {
    std::atomic<bool> over = false;
    const Server server{[&](int) {
        while (!over) std::this_thread::sleep_for(milliseconds{5});
    }};
    const auto begin = Clock::now();
    EXPECT_EQ(ask(server.port(), "/health"), silent);
    over = true;
    EXPECT_GE(since(begin), milliseconds{900});
    EXPECT_LT(since(begin), milliseconds{2000});
}

TEST(Ask, AServerThatClosesOrTalksNonsenseIsNotHealthy) {
    for (const auto& text : {std::string{}, std::string{"\r\n"}, std::string{"HTTP/1.1"}, std::string{"220 smtp\r\n\r\n"}, std::string(100'000, 'x')}) {
        const Server server{answering(text)};
        EXPECT_NE(ask(server.port(), "/health"), healthy) << text.substr(0, 20);
    }
}

// The helper is root's: what runs in the container must neither hold it nor fill the machine's memory.
TEST(Ask, ReadsNoEndlessBody) {
    std::atomic<std::size_t> sent = 0;
    {
        const Server server{[&](int fd) {
            receive(fd);
            const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", block(1 << 16, 'x');
            if (send(fd, head.data(), head.size(), MSG_NOSIGNAL) < 0) return;
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
    const Server server{[](int fd) {
        receive(fd);
        const std::string body(60, 'x'), text = response("200 OK", body), head = text.substr(0, text.size() - body.size());
        if (send(fd, head.data(), head.size(), MSG_NOSIGNAL) < 0) return;
        for (const char c : body) {
            if (send(fd, &c, 1, MSG_NOSIGNAL) < 0) return;
            std::this_thread::sleep_for(milliseconds{50});
        }
    }};
    const auto begin = Clock::now();
    EXPECT_EQ(ask(server.port(), "/health"), healthy);
    EXPECT_LT(since(begin), milliseconds{500}) << "meanwhile nobody looks whether the process lives";
}

}  // namespace
}  // namespace hal0::ready
