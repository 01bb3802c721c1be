#pragma once

#include "http-bridge/server/connection.hpp"

#include <map>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::http {

/// The sockets that clients connect to, and their connections, on the loop thread.
class Listener {
public:
    /// Called with each whole request; it answers through the connection.
    using OnRequest = std::function<void(const std::shared_ptr<Connection>&, std::string request, std::size_t head_size)>;

    /// Asked with a request's head when its body is still to come: the answer if that is enough to refuse it.
    using Refusal = std::function<std::optional<std::string>(std::string_view head)>;

    Listener(bus::Loop& loop, OnRequest on_request, Patience patience = {}, Refusal refusal = [](std::string_view) { return std::nullopt; });
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();

    /// Takes over a listening socket, of systemd (sd_listen_fds(3)) or one of our own. It is never shut down: PID 1 keeps
    /// listening on it while this program is restarted. Throws std::system_error.
    void listen_on(disk::Descriptor socket);
    /// Accepts nobody any more, finishes what is under way, and calls `finished`; event streams end at once.
    void stop(std::function<void()> finished);

    std::size_t streams() const;
    /// Event streams of one client's address.
    std::size_t streams(const std::string& client) const;

    /// More than the limit of event streams, so that requests are answered with all of them open.
    static constexpr std::size_t most_connections = 2048;
    /// Bytes that the connections hold together: a quarter of MemoryMax= in hal0-http.service, for while an answer is made it is there
    /// more than once.
    static constexpr std::size_t most_held = 64 * 1024 * 1024;

private:
    struct Socket {
        disk::Descriptor descriptor;
        bus::EventSource source;
    };

    static int on_connect(sd_event_source*, int fd, std::uint32_t, void* self);
    void accept(int listening);
    void closed(Connection& connection);
    void look_at_clock();
    bool make_room();
    bool has_room(std::size_t more) const;
    void set_accepting(bool on);

    bus::Loop& loop_;
    Connection::Server server_;
    std::vector<std::unique_ptr<Socket>> sockets_;
    std::set<Connection*> connections_;
    std::vector<std::function<void()>> later_;
    bus::Loop::Deferred run_later_;
    // TCP does not tell of a client that says nothing: only time does.
    bus::Loop::Timer clock_;
    std::function<void()> finished_;
};

}  // namespace hal0::http
