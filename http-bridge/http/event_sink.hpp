#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hal0::http {

/// One frame of an event stream (the HTML standard, "Server-sent events"). `data` may have any number of lines; `id` and
/// `event` are left out when empty and must not hold a line break.
std::string event_frame(std::string_view id, std::string_view event, std::string_view data);

/// An open event stream, on the loop thread. What is sent is queued within a bound: a reader that is too slow is dropped, never
/// waited for; it comes back with Last-Event-ID.
class EventSink {
public:
    virtual ~EventSink() = default;
    /// Queues a frame. False: the stream has ended, and nothing is sent any more.
    virtual bool send(std::string frame) = 0;
    /// Ends the stream after what is queued.
    virtual void end() = 0;
    /// How many more bytes may be queued before the stream is dropped; for a source with a backlog, that can wait.
    virtual std::size_t room() const = 0;
    /// Called, on the loop thread, each time everything queued has been written.
    virtual void when_drained(std::function<void()> call) = 0;
    /// Called once, on the loop thread, when the stream has ended, whoever ended it. Not from within send() or end().
    virtual void when_ended(std::function<void()> call) = 0;
};

}  // namespace hal0::http
