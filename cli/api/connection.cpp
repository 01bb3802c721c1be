#include "cli/api/connection.hpp"

#include "cli/failure.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace hal0::cli {
namespace {

/// Whether the socket became ready before the deadline.
bool wait_for(int socket, short events, Clock::time_point deadline, int interrupt_fd) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        std::array waiting{pollfd{.fd = socket, .events = events, .revents = 0}, pollfd{.fd = interrupt_fd, .events = POLLIN, .revents = 0}};
        const int ready = poll(waiting.data(), waiting.size(), static_cast<int>(std::clamp<decltype(left)>(left, 0, 3'600'000)));
        if (waiting[1].revents != 0 && ready > 0) throw Interrupted{};
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) throw Failure{fmt::format("cannot wait for the API: {}", std::strerror(errno))};
        if (Clock::now() >= deadline) return false;
    }
}

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

/// @param host numeric, or a name to resolve
Addresses resolve(const std::string& host, const std::string& port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(host.c_str(), port.c_str(), &wanted, &found); error != 0)
        throw Unreachable{fmt::format("cannot find the host {}: {}", host, gai_strerror(error))};
    return {found, freeaddrinfo};
}

/// An empty descriptor and errno if it does not work.
disk::Descriptor connect(const addrinfo& to, Clock::time_point deadline, int interrupt_fd) {
    disk::Descriptor made{::socket(to.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!made) return made;
    if (::connect(made.fd(), to.ai_addr, to.ai_addrlen) == 0) return made;
    if (errno != EINPROGRESS) return disk::Descriptor{};
    int error = ETIMEDOUT;
    socklen_t size = sizeof error;
    if (wait_for(made.fd(), POLLOUT, deadline, interrupt_fd)) getsockopt(made.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) return made;
    errno = error;
    return disk::Descriptor{};
}

disk::Descriptor connect(const Address& address, Clock::time_point deadline, int interrupt_fd) {
    // localhost is loopback, whatever a resolver says (RFC 6761), and none has to be loaded to know it.
    const auto hosts = address.host() == "localhost" ? std::vector<std::string>{"127.0.0.1", "::1"} : std::vector{address.host()};
    int problem = 0;
    for (const auto& host : hosts) {
        const auto addresses = resolve(host, address.port());
        for (const auto* one = addresses.get(); one; one = one->ai_next) {
            auto made = connect(*one, deadline, interrupt_fd);
            if (made) return made;
            if (problem == 0) problem = errno;  // of several, the first is the one that should have worked
        }
    }
    throw Unreachable{fmt::format("cannot reach the API at {}: {}", address.url(), std::strerror(problem))};
}

}  // namespace

Connection::Connection(const Address& address, Clock::time_point deadline, int interrupt_fd)
    : interrupt_fd_(interrupt_fd), socket_(connect(address, deadline, interrupt_fd)) {}

void Connection::write(std::string_view bytes, Clock::time_point deadline) {
    while (!bytes.empty()) {
        if (!wait_for(socket_.fd(), POLLOUT, deadline, interrupt_fd_)) throw Disconnected{"the API does not take the request"};
        const auto sent = send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) throw Disconnected{fmt::format("the connection broke: {}", std::strerror(errno))};
        if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::optional<std::string_view> Connection::read(Clock::time_point deadline) {
    for (;;) {
        if (!wait_for(socket_.fd(), POLLIN, deadline, interrupt_fd_)) return std::nullopt;
        const auto got = recv(socket_.fd(), buffer_.data(), buffer_.size(), 0);
        if (got >= 0) return std::string_view{buffer_.data(), static_cast<std::size_t>(got)};
        if (errno != EAGAIN && errno != EINTR) throw Disconnected{fmt::format("the connection broke: {}", std::strerror(errno))};
    }
}

void sleep_until(Clock::time_point deadline, int interrupt_fd) { wait_for(-1, 0, deadline, interrupt_fd); }

}  // namespace hal0::cli
