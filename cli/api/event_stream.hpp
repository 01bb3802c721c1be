#pragma once

#include "cli/api/client.hpp"
#include "cli/api/sse_parser.hpp"

#include <deque>
#include <optional>
#include <string>

namespace hal0::cli {

/// A stream of the API that does not end: when the connection breaks it is made again, with Last-Event-ID, so that the
/// bridge can go on where it was. It gives up when that has not worked for as long as the access has patience.
class EventStream {
public:
    /// Subscribes; returns when the bridge has accepted. Throws Failure.
    EventStream(const Access& access, std::string path);

    /// The next event; nothing: none until the deadline.
    /// Throws Refused, Disconnected (it gave up), Interrupted.
    std::optional<Event> next(Clock::time_point deadline);

    /// How many times it had to connect again.
    unsigned reconnects() const { return reconnects_; }

private:
    void connect();
    void reconnect(const std::string& reason, Clock::time_point deadline);
    void receive(Clock::time_point deadline);
    void take(std::string_view bytes);

    const Access& access_;
    std::string path_;
    std::optional<Connection> connection_;
    slot::HttpResponse response_;
    SseParser parser_;
    std::deque<Event> events_;
    Clock::time_point last_byte_, connected_at_, broken_since_, retry_at_;
    std::string why_broken_;
    unsigned reconnects_ = 0;
};

}  // namespace hal0::cli
