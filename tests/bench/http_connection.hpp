// A client of the bridge that measures: one connection, written byte by byte, so that nothing but the bridge takes time.
#pragma once

#include "measure.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace hal0::bench {

inline constexpr std::uint16_t bridge_port = 8080;

/// What came back for one request.
struct Answer {
    int status = 0;  // 0: the connection has ended before the answer was whole
    std::string head = {}, body = {};  // of a part of an answer: what there is
    bool is_whole() const { return status != 0; }
    bool has_begun() const { return is_whole() || !head.empty(); }
    bool is_last() const { return head.find("\r\nConnection: close") != head.npos || head.find("\r\nconnection: close") != head.npos; }
};

/// A connection to the bridge. Each call waits, but not for ever.
class Connection {
public:
    Connection() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (socket_ < 0) fail(std::string{"socket: "} + std::strerror(errno));
        const int on = 1;
        const timeval most{.tv_sec = 20, .tv_usec = 0};
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
        setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(bridge_port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        is_open_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    Connection(Connection&& other) noexcept : socket_(std::exchange(other.socket_, -1)), is_open_(other.is_open_), in_(std::move(other.in_)) {}
    Connection& operator=(Connection&&) = delete;
    ~Connection() {
        if (socket_ >= 0) ::close(socket_);
    }

    /// False: it was refused.
    bool is_open() const { return is_open_; }
    int fd() const { return socket_; }

    /// Sends all of it; false if the bridge does not take it.
    bool say(std::string_view text) const {
        while (!text.empty()) {
            const auto count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    /// Waits for one whole answer; the body is as long as its head says.
    Answer answer() {
        Answer answer;
        auto end = in_.npos;
        while ((end = in_.find("\r\n\r\n")) == in_.npos)
            if (!take()) return answer.head = std::exchange(in_, ""), answer;
        answer.head = in_.substr(0, end + 2);
        in_.erase(0, end + 4);
        const auto length = length_of(answer.head);
        while (in_.size() < length)
            if (!take()) return answer.body = std::exchange(in_, ""), answer;
        answer.body = in_.substr(0, length);
        in_.erase(0, length);
        answer.status = std::atoi(answer.head.c_str() + std::strlen("HTTP/1.1 "));
        return answer;
    }

    Answer get(const std::string& path) {
        say("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");  // if it cannot, there is no answer either
        return answer();
    }

    /// Adds what has come; false: it has ended, or has nothing to say for too long.
    bool take(int flags = 0) {
        char buffer[64 * 1024];
        const auto count = ::recv(socket_, buffer, sizeof buffer, flags);
        if (count < 0 && errno == EINTR) return true;
        if (count <= 0) return false;
        in_.append(buffer, static_cast<std::size_t>(count));
        return true;
    }
    /// What has come and is not part of an answer; the caller may shorten it.
    std::string& in() { return in_; }

private:
    static std::size_t length_of(const std::string& head) {
        constexpr const char* name = "\r\ncontent-length: ";
        const auto* found = ::strcasestr(head.c_str(), name);
        return found ? std::strtoull(found + std::strlen(name), nullptr, 10) : 0;
    }

    int socket_;
    bool is_open_ = false;
    std::string in_;
};

/// An event stream of the bridge.
class EventStream final : public Source {
public:
    /// @param hear called with the data of each frame
    EventStream(const std::string& path, std::function<void(std::string_view)> hear) : hear_(std::move(hear)) {
        if (!connection_.say("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")) fail(path + " cannot be asked for");
        while (connection_.in().find("\r\n\r\n") == std::string::npos)
            if (!connection_.take()) fail(path + " is not answered");
        if (!connection_.in().starts_with("HTTP/1.1 200")) fail(path + " is refused: " + connection_.in());
        hear_lines();
    }

    pollfd waits_for() const override { return {connection_.fd(), POLLIN, 0}; }
    void process() override {
        errno = 0;
        while (connection_.take(MSG_DONTWAIT)) hear_lines();
        if (errno != EAGAIN) fail("an event stream has ended");
    }
    /// Whom to tell from now on.
    void hear(std::function<void(std::string_view)> hear) { hear_ = std::move(hear); }
    /// Waits for more.
    void wait() {
        if (!connection_.take()) fail("an event stream has ended");
        hear_lines();
    }

private:
    /// The frames come in chunks, whose sizes stand between them.
    void hear_lines() {
        constexpr std::string_view data = "data: ";
        std::string_view rest = connection_.in();
        for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
            if (rest.starts_with(data) && hear_) hear_(rest.substr(data.size(), end - data.size()));
            rest.remove_prefix(end + 1);
        }
        connection_.in().erase(0, connection_.in().size() - rest.size());
    }

    Connection connection_;
    std::function<void(std::string_view)> hear_;
};

/// As many connections as the system lets one program have.
inline void allow_many_descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace hal0::bench
