#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
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

/// A port where nobody listens.
inline std::uint16_t closed_port() { return RawServer{[](const RawServer&, int) {}}.port(); }

}  // namespace hal0::test
