#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::cli {

struct Event {
    std::string type = "message";
    std::string data{};
    bool operator==(const Event&) const = default;
};

/// Reads server-sent events (the "text/event-stream" of the HTML standard) from bytes as they come.
class SseParser {
public:
    /// Returns the events that are complete now. Throws Disconnected at an event of more than 1 MiB.
    std::vector<Event> feed(std::string_view bytes);
    /// A new connection: what the last one left unfinished is dropped, the id is kept.
    void restart();

    /// Of the last complete event; for Last-Event-ID.
    const std::string& last_id() const { return last_id_; }
    /// What the server asked to wait before reconnecting.
    std::optional<std::chrono::milliseconds> retry() const { return retry_; }

private:
    void take_line(std::string_view line, std::vector<Event>& events);
    void take_field(std::string_view name, std::string_view value);
    void dispatch(std::vector<Event>& events);

    std::string line_;
    bool after_cr_ = false;
    bool at_begin_ = true;
    Event event_;
    bool has_data_ = false;
    std::string id_, last_id_;
    std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace hal0::cli
