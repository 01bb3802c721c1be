#include "http-bridge/journal/journal_follow.hpp"

#include <nlohmann/json.hpp>

#include <iterator>
#include <utility>

namespace hal0::http {

JournalFollow::JournalFollow(std::shared_ptr<EventSink> sink, Frame frame, std::function<void()> more)
    : sink_(std::move(sink)), frame_(std::move(frame)), more_(std::move(more)) {}

void JournalFollow::start(std::function<void()> ended) {
    sink_->when_ended(std::move(ended));
    // The sink is ours, we are not the sink's.
    sink_->when_drained([self = weak_from_this()] {
        const auto follow = self.lock();
        if (!follow) return;
        follow->sent_since_drained_ = false;
        follow->write();
    });
}

void JournalFollow::page(std::vector<JournalEntry> entries) {
    entries_.insert(entries_.end(), std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()));
    write();
}

void JournalFollow::degraded(const std::string& message) {
    sink_->send(event_frame("", "degraded", nlohmann::json{{"message", message}}.dump()));
    sink_->end();
}

bool JournalFollow::fits(const std::string& frame) const {
    // What does not even fit into an empty queue is not waited for: nothing would ever drain.
    return frame.size() <= sink_->room() || !sent_since_drained_;
}

void JournalFollow::write() {
    if (std::exchange(writing_, true)) return;
    bool wrote = false;
    for (; !entries_.empty(); entries_.pop_front(), wrote = true) {
        if (!waiting_) waiting_ = frame_(entries_.front());
        if (!waiting_->empty()) {
            if (!fits(*waiting_)) break;
            sent_since_drained_ = true;
            if (!sink_->send(*std::exchange(waiting_, std::nullopt))) break;
        }
        waiting_.reset();
    }
    writing_ = false;
    if (wrote && entries_.empty()) more_();
}

}  // namespace hal0::http
