#include "cli/api/event_stream.hpp"

#include "cli/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hal0::cli {
namespace {

using namespace std::chrono_literals;

/// A bridge that restarts is back at once, for its socket stays; one that ends every connection is not asked all the time.
std::chrono::milliseconds delay(Clock::duration lived, std::optional<std::chrono::milliseconds> retry) {
    if (lived > 2s) return 100ms;
    return std::clamp<std::chrono::milliseconds>(retry.value_or(2s), 50ms, 10s);
}

}  // namespace

EventStream::EventStream(const Access& access, std::string path) : access_(access), path_(std::move(path)) { connect(); }

void EventStream::connect() {
    const auto deadline = Clock::now() + access_.patience;
    auto headers = std::string{"Accept: text/event-stream\r\nCache-Control: no-cache\r\n"};
    if (!parser_.last_id().empty()) headers += fmt::format("Last-Event-ID: {}\r\n", parser_.last_id());
    connection_.emplace(access_.address, deadline, access_.interrupt_fd);
    connection_->write(request_text(access_, "GET", path_, headers), deadline);
    response_ = {};
    parser_.restart();
    std::string refusal;
    constexpr std::size_t longest_refusal = 64 * 1024;
    while (!response_.has_head() || (response_.status() != 200 && !response_.is_complete() && refusal.size() < longest_refusal)) {
        const auto bytes = connection_->read(deadline);
        if (!bytes) throw_hung(access_);
        read_on(response_, *bytes);
        if (response_.has_head() && response_.status() != 200) refusal += response_.take_body();
    }
    check_answer(response_.status(), refusal, access_);
    if (!response_.header("content-type").value_or("").starts_with("text/event-stream"))
        throw Failure{fmt::format("{} does not answer with events: is that hal0's API?", access_.address.url())};
    connected_at_ = last_byte_ = Clock::now();
    take("");
}

void EventStream::take(std::string_view bytes) {
    if (!bytes.empty()) read_on(response_, bytes);
    for (auto& event : parser_.feed(response_.take_body())) events_.push_back(std::move(event));
}

void EventStream::receive(Clock::time_point deadline) {
    const auto silent_at = last_byte_ + access_.patience;
    const auto bytes = connection_->read(std::min(deadline, silent_at));
    if (bytes && !bytes->empty()) {
        last_byte_ = Clock::now();
        take(*bytes);
    }
    if (bytes && bytes->empty()) throw Disconnected{"the API ended the stream"};
    if (response_.is_complete()) throw Disconnected{"the API ended the stream"};
    if (!bytes && Clock::now() >= silent_at)
        throw Disconnected{fmt::format("the API sent nothing for {:g} s", seconds(access_.patience))};
}

/// Waits, and tries once; what is wrong is kept for the next time.
void EventStream::reconnect(const std::string& reason, Clock::time_point deadline) {
    if (connection_) {
        connection_.reset();
        // A stream that lives for less than a moment has not healed anything.
        if (broken_since_ == Clock::time_point{} || Clock::now() - connected_at_ > 2s) broken_since_ = Clock::now();
        retry_at_ = Clock::now() + delay(Clock::now() - connected_at_, parser_.retry());
        why_broken_ = reason;
    }
    if (Clock::now() - broken_since_ > access_.patience)
        throw Disconnected{fmt::format("lost the API at {} and could not get it back for {:g} s: {}", access_.address.url(),
                                       seconds(access_.patience), why_broken_)};
    sleep_until(std::min(deadline, retry_at_), access_.interrupt_fd);
    if (Clock::now() < retry_at_) return;
    retry_at_ = Clock::now() + delay(0s, parser_.retry());
    try {
        connect();
        ++reconnects_;
    } catch (const Refused& refused) {
        if (refused.status != 503) throw;  // hal0d restarts, or too many streams: a moment later it may work
        why_broken_ = refused.what();
        connection_.reset();
    } catch (const Failure& failure) {
        why_broken_ = failure.what();
        connection_.reset();
    }
}

std::optional<Event> EventStream::next(Clock::time_point deadline) {
    while (events_.empty()) {
        try {
            if (connection_)
                receive(deadline);
            else
                reconnect("", deadline);
        } catch (const Disconnected& broken) {
            if (!connection_) throw;
            if (events_.empty()) reconnect(broken.what(), deadline);
        }
        if (events_.empty() && Clock::now() >= deadline) return std::nullopt;
    }
    auto event = std::move(events_.front());
    events_.pop_front();
    return event;
}

}  // namespace hal0::cli
