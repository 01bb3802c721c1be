#include "tcp_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace hal0::test {
namespace {

void check(int result, const char* what) {
    if (result < 0) throw std::system_error{errno, std::generic_category(), what};
}

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) throw std::system_error{EINVAL, std::generic_category(), text};
    return address;
}

}  // namespace

ListeningSocket::ListeningSocket(int send_buffer) : descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    auto address = address_of("127.0.0.1", 0);
    socklen_t size = sizeof address;
    check(bind(descriptor.fd(), reinterpret_cast<const sockaddr*>(&address), size), "bind");
    if (send_buffer > 0) check(setsockopt(descriptor.fd(), SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer), "SO_SNDBUF");
    check(listen(descriptor.fd(), SOMAXCONN), "listen");
    check(getsockname(descriptor.fd(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    port = ntohs(address.sin_port);
}

TcpClient::TcpClient(std::uint16_t port, const Options& options) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    check(socket_->fd(), "socket");
    const int on = 1;
    // Each piece is sent as it is said.
    check(setsockopt(socket_->fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    if (options.receive_buffer > 0) check(setsockopt(socket_->fd(), SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer), "SO_RCVBUF");
    const auto own = address_of(options.address, 0);
    check(bind(socket_->fd(), reinterpret_cast<const sockaddr*>(&own), sizeof own), "bind");
    const auto server = address_of("127.0.0.1", port);
    check(connect(socket_->fd(), reinterpret_cast<const sockaddr*>(&server), sizeof server), "connect");
}

std::size_t TcpClient::say(std::string_view text) {
    std::size_t said = 0;
    while (said < text.size()) {
        const auto count = send(socket_->fd(), text.data() + said, text.size() - said, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0) break;
        said += static_cast<std::size_t>(count);
    }
    return said;
}

void TcpClient::finish() { check(shutdown(socket_->fd(), SHUT_WR), "shutdown"); }

void TcpClient::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    check(setsockopt(socket_->fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "SO_LINGER");
    socket_.reset();
}

std::size_t TcpClient::take(std::size_t most) {
    std::size_t taken = 0;
    char buffer[64 * 1024];
    while (taken < most && !ended_) {
        const auto count = recv(socket_->fd(), buffer, std::min(sizeof buffer, most - taken), MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN) break;
        ended_ = count <= 0;
        reset_ = count < 0;
        if (ended_) break;
        got_.append(buffer, static_cast<std::size_t>(count));
        taken += static_cast<std::size_t>(count);
    }
    return taken;
}

const std::string& TcpClient::got() {
    take(static_cast<std::size_t>(-1));
    return got_;
}

bool TcpClient::has_ended() {
    got();
    return ended_;
}

}  // namespace hal0::test
