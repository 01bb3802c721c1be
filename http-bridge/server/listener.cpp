#include "http-bridge/server/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <system_error>
#include <utility>

namespace hal0::http {
namespace {

constexpr int most_accepted_at_once = 64;

std::string address_of(const sockaddr_storage& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET) inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
    if (address.ss_family == AF_INET6) inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text, sizeof text);
    return text;
}

}  // namespace

Listener::Listener(bus::Loop& loop, OnRequest on_request, Patience patience, Refusal refusal)
    : loop_(loop),
      server_{.request = std::move(on_request),
              .refusal = std::move(refusal),
              .has_room = [this](std::size_t more) { return has_room(more); },
              .closed = [this](Connection& connection) { closed(connection); },
              .later = [this](std::function<void()> call) { later_.push_back(std::move(call)), run_later_.ask(); },
              .patience = patience},
      run_later_(loop, [this] { for (const auto& call : std::exchange(later_, {})) call(); }),
      clock_(loop, [this] { look_at_clock(); }) {}

Listener::~Listener() {
    for (auto* connection : std::exchange(connections_, {})) connection->close();
}

void Listener::listen_on(disk::Descriptor socket) {
    auto added = std::make_unique<Socket>(Socket{std::move(socket), nullptr});
    sd_event_source* made = nullptr;
    bus::checked(sd_event_add_io(loop_.event(), &made, added->descriptor.fd(), EPOLLIN, on_connect, this), "sd_event_add_io");
    added->source.reset(made);
    sockets_.push_back(std::move(added));
}

int Listener::on_connect(sd_event_source*, int fd, std::uint32_t, void* self) {
    static_cast<Listener*>(self)->accept(fd);
    return 0;
}

void Listener::accept(int listening) {
    for (int count = 0; count < most_accepted_at_once; ++count) {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        disk::Descriptor socket{accept4(listening, reinterpret_cast<sockaddr*>(&address), &size, SOCK_CLOEXEC | SOCK_NONBLOCK)};
        // It says so whether there is somebody or not, but the first time there is.
        if (!socket && count == 0 && (errno == EMFILE || errno == ENFILE)) {
            if (make_room()) continue;
            return set_accepting(false);
        }
        if (!socket) return;  // nobody is left, or has left again
        if (connections_.size() >= most_connections && !make_room()) continue;
        const auto connection = std::make_shared<Connection>(loop_, std::move(socket), address_of(address), server_);
        if (connections_.empty()) clock_.set(server_.patience.look_every);
        connections_.insert(connection.get());
        connection->open();
    }
}

/// Of too many, the one that has only waited for the longest time has to go. False: there is none.
bool Listener::make_room() {
    Connection* idle = nullptr;
    for (auto* one : connections_)
        if (one->is_waiting() && (!idle || one->last_moved() < idle->last_moved())) idle = one;
    if (idle) idle->close();
    return idle != nullptr;
}

/// Counted when it is asked for: that is seldom, for most need no more than what each may hold unasked.
bool Listener::has_room(std::size_t more) const {
    return std::accumulate(connections_.begin(), connections_.end(), more, [](std::size_t sum, const Connection* one) { return sum + one->held(); }) <= most_held;
}

/// Off: until the clock has looked again. Without a descriptor for it, whoever knocks would wake us without end.
void Listener::set_accepting(bool on) {
    for (const auto& socket : sockets_) sd_event_source_set_enabled(socket->source.get(), on ? SD_EVENT_ON : SD_EVENT_OFF);
    if (!on) clock_.set(server_.patience.look_every);
}

void Listener::closed(Connection& connection) {
    connections_.erase(&connection);
    if (connections_.empty() && finished_) later_.push_back(std::exchange(finished_, nullptr)), run_later_.ask();
}

void Listener::look_at_clock() {
    const auto now = Clock::now();
    const std::vector<Connection*> all(connections_.begin(), connections_.end());
    for (auto* connection : all) connection->look_at_clock(now);
    set_accepting(true);
    if (!connections_.empty()) clock_.set(server_.patience.look_every);
}

void Listener::stop(std::function<void()> finished) {
    sockets_.clear();  // closes our copies; shutdown(2) would end PID 1's, too
    const std::vector<Connection*> all(connections_.begin(), connections_.end());
    for (auto* connection : all) connection->finish();
    if (connections_.empty()) return finished();
    finished_ = std::move(finished);
}

std::size_t Listener::streams() const {
    return static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(), [](const Connection* one) { return one->is_stream(); }));
}

std::size_t Listener::streams(const std::string& client) const {
    return static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(), [&](const Connection* one) { return one->is_stream() && one->client() == client; }));
}

}  // namespace hal0::http
