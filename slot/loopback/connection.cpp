#include "slot/loopback/connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace hal0::loopback {
namespace {

disk::Descriptor new_socket() {
    disk::Descriptor made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    // Closed by a reset, as HAProxy ends its health checks: no probe leaves a TIME_WAIT row behind, which would fill the
    // table of connections and could be taken for somebody's request.
    const linger reset{.l_onoff = 1, .l_linger = 0};
    setsockopt(made.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    return made;
}

}  // namespace

Connection::Connection(std::uint16_t port, Clock::time_point deadline, int stop_fd, std::size_t most)
    : deadline_(deadline), stop_fd_(stop_fd), left_(most), socket_(new_socket()), open_(socket_ && connect(port)) {}

bool Connection::connect(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
    if (errno != EINPROGRESS || !wait_for(POLLOUT)) return false;
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool Connection::wait_for(short events) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    if (left <= 0) return false;
    std::array waiting{pollfd{.fd = socket_.fd(), .events = events, .revents = 0}, pollfd{.fd = stop_fd_, .events = POLLIN, .revents = 0}};
    const int ready = poll(waiting.data(), waiting.size(), static_cast<int>(left));
    return ready > 0 && waiting[1].revents == 0;
}

bool Connection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!wait_for(POLLOUT)) return false;
        const auto sent = send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

// Waits before it receives, so that the deadline and a stop also end a stream that never pauses.
std::optional<std::string_view> Connection::read() {
    if (left_ == 0 || !wait_for(POLLIN)) return std::nullopt;
    const auto got = recv(socket_.fd(), buffer_.data(), std::min(buffer_.size(), left_), 0);
    if (got < 0) return std::nullopt;
    left_ -= static_cast<std::size_t>(got);
    return std::string_view{buffer_.data(), static_cast<std::size_t>(got)};
}

}  // namespace hal0::loopback
