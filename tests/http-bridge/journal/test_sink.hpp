#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "http-bridge/http/event_sink.hpp"

#include <functional>
#include <string>
#include <vector>

namespace hal0::test {

/// A stream as the server makes it: what is sent is queued within `bound`, and written the next time the loop turns. More
/// than that drops it.
class TestSink : public http::EventSink {
public:
    TestSink(bus::Loop& loop, std::size_t bound, std::function<void(const std::string& frame)> written);

    bool send(std::string frame) override;
    void end() override;
    std::size_t room() const override { return bound_ - queued_; }
    void when_drained(std::function<void()> call) override { drained_ = std::move(call); }
    void when_ended(std::function<void()> call) override { ended_ = std::move(call); }

    /// The reader goes away.
    void leave();
    /// A reader that does not read: nothing is written any more.
    void pause() { paused_ = true; }
    bool was_dropped() const { return dropped_; }
    bool is_open() const { return open_; }
    std::size_t most_queued() const { return most_queued_; }

private:
    void write();

    std::size_t bound_;
    std::function<void(const std::string&)> written_;
    std::vector<std::string> queue_;
    std::size_t queued_ = 0, most_queued_ = 0;
    bool open_ = true, dropped_ = false, paused_ = false, told_ = false;
    std::function<void()> drained_, ended_;
    bus::Loop::Deferred turn_;
};

}  // namespace hal0::test
