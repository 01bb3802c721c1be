#include "dbus-service/servers/connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace hal0::service {
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
    : port_(port), deadline_(deadline), stop_fd_(stop_fd), left_(most), socket_(new_socket()), open_(socket_ && connect()) {}

bool Connection::connect() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
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

// Waits before it receives, so that the deadline and a stop also end a stream that never pauses.
ssize_t Connection::fill() {
    if (!wait_for(POLLIN)) return -1;
    const auto got = recv(socket_.fd(), buffer_.data(), buffer_.size(), 0);
    if (got > 0) received_ = std::span{buffer_}.first(static_cast<std::size_t>(got));
    return got;
}

ssize_t Connection::read(char* to, std::size_t size) {
    if (left_ == 0) return -1;
    if (received_.empty())
        if (const auto got = fill(); got <= 0) return got;
    const auto now = received_.first(std::min({size, left_, received_.size()}));
    std::ranges::copy(now, to);
    received_ = received_.subspan(now.size());
    left_ -= now.size();
    return static_cast<ssize_t>(now.size());
}

ssize_t Connection::write(const char* from, std::size_t size) {
    if (!wait_for(POLLOUT)) return -1;
    return send(socket_.fd(), from, size, MSG_NOSIGNAL);
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
    ip = "127.0.0.1";
    port = port_;
}

// For the server's side of the library; a client is not asked.
void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
    ip.clear();
    port = 0;
}

}  // namespace hal0::service
