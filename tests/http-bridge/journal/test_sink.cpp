#include "test_sink.hpp"

#include <algorithm>
#include <utility>

namespace hal0::test {

TestSink::TestSink(bus::Loop& loop, std::size_t bound, std::function<void(const std::string& frame)> written)
    : bound_(bound), written_(std::move(written)), turn_(loop, [this] { write(); }) {}

bool TestSink::send(std::string frame) {
    if (!open_) return false;
    if (frame.size() > room()) {
        dropped_ = true;
        end();
        return false;
    }
    queued_ += frame.size();
    most_queued_ = std::max(most_queued_, queued_);
    queue_.push_back(std::move(frame));
    turn_.ask();
    return true;
}

void TestSink::end() {
    open_ = false;
    turn_.ask();
}

void TestSink::leave() {
    queue_.clear();
    queued_ = 0;
    end();
}

void TestSink::write() {
    if (!paused_) {
        const auto now = std::exchange(queue_, {});
        queued_ = 0;
        for (const auto& frame : now) written_(frame);
        if (open_ && !now.empty() && drained_) drained_();
    }
    if (!open_ && !std::exchange(told_, true) && ended_) std::exchange(ended_, nullptr)();
}

}  // namespace hal0::test
