#pragma once

#include <httplib.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hal0::test {

/// Listens on a free port of 127.0.0.1 and says of a connection what a test wants, byte by byte. `serve` gets each
/// connection, on a thread of its own, and returns soon once done() is true.
class RawServer {
public:
    explicit RawServer(std::function<void(const RawServer&, int)> serve)
        : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), serve_(std::move(serve)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) < 0 || listen(listener_, 64) < 0 ||
            getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) < 0)
            throw std::runtime_error("cannot listen");
        port_ = ntohs(address.sin_port);
        accepting_ = std::thread{[this] { accept_all(); }};
    }
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;
    ~RawServer() {
        done_ = true;
        accepting_.join();
        close(listener_);
    }

    std::uint16_t port() const { return port_; }
    bool done() const { return done_; }
    int connections() const { return connections_; }

    /// Reads a request's head.
    static std::string receive(int fd) {
        std::string request;
        char buffer[4096];
        while (request.find("\r\n\r\n") == std::string::npos) {
            const auto got = recv(fd, buffer, sizeof buffer, 0);
            if (got <= 0) break;
            request.append(buffer, static_cast<std::size_t>(got));
        }
        return request;
    }
    /// Sends all of it. @return whether the other side took it
    static bool say(int fd, std::string_view text) {
        while (!text.empty()) {
            const auto sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    /// Until the other side gives up, or the test ends.
    void hang(int fd) const {
        pollfd closed{.fd = fd, .events = POLLRDHUP, .revents = 0};
        while (!done_ && poll(&closed, 1, 5) == 0) continue;
    }

private:
    void accept_all() {
        std::vector<std::thread> serving;
        while (!done_) {
            pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
            if (poll(&waiting, 1, 5) <= 0) continue;
            const int fd = accept(listener_, nullptr, nullptr);
            if (fd < 0) continue;
            ++connections_;
            serving.emplace_back([this, fd] {
                serve_(*this, fd);
                close(fd);
            });
        }
        for (auto& thread : serving) thread.join();
    }

    int listener_;
    std::function<void(const RawServer&, int)> serve_;
    std::uint16_t port_ = 0;
    std::atomic<bool> done_ = false;
    std::atomic<int> connections_ = 0;
    std::thread accepting_;
};

inline std::string response(const std::string& body, const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

/// Says the same to everybody.
inline std::function<void(const RawServer&, int)> saying(std::string text) {
    return [text = std::move(text)](const RawServer&, int fd) {
        RawServer::receive(fd);
        RawServer::say(fd, text);
    };
}

/// Answers as llama-server does; a test sets what.
class ModelServer {
public:
    ModelServer() {
        server_.Get("/health", [this](const httplib::Request&, httplib::Response& answer) {
            ++health_asked;
            while (hangs) std::this_thread::sleep_for(std::chrono::milliseconds{1});
            answer.status = health;
        });
        server_.Get("/slots", [this](const httplib::Request&, httplib::Response& answer) { answer.set_content(slots(), "application/json"); });
        server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& answer) { answer.set_content(metrics(), "text/plain"); });
        server_.Get("/v1/models", [this](const httplib::Request&, httplib::Response& answer) {
            answer.set_content(garbage ? "[{" : R"({"object":"list","data":[{"id":"tiny"}]})", "application/json");
        });
        const int bound = server_.bind_to_any_port("127.0.0.1");
        if (bound <= 0) throw std::runtime_error("cannot listen");
        port_ = static_cast<std::uint16_t>(bound);
        listening_ = std::thread{[this] { server_.listen_after_bind(); }};
        while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    ~ModelServer() {
        hangs = slots_hang = false;
        server_.stop();
        listening_.join();
    }

    std::uint16_t port() const { return port_; }

    std::atomic<int> health = 200, busy = 0, health_asked = 0, slots_asked = 0;
    std::atomic<long> predicted = 0;
    std::atomic<bool> hangs = false, slots_hang = false, garbage = false;

private:
    std::string slots() {
        ++slots_asked;
        while (slots_hang) std::this_thread::sleep_for(std::chrono::milliseconds{1});
        if (garbage) return "{\"is_processing\":";
        std::string all;
        for (int i = 0; i < 4; ++i) all += std::string{all.empty() ? "" : ","} + R"({"id":0,"is_processing":)" + (i < busy ? "true}" : "false}");
        return "[" + all + "]";
    }
    std::string metrics() const {
        if (garbage) return "llamacpp:tokens_predicted_total NaN\nllamacpp:prompt_tokens_total\n\xff";
        return "llamacpp:prompt_tokens_total 0\nllamacpp:tokens_predicted_total " + std::to_string(predicted) + "\nllamacpp:n_decode_total " +
               std::to_string(predicted) + "\n";
    }

    httplib::Server server_;
    std::uint16_t port_ = 0;
    std::thread listening_;
};

/// A port where nobody listens.
inline std::uint16_t closed_port() { return RawServer{[](const RawServer&, int) {}}.port(); }

}  // namespace hal0::test
