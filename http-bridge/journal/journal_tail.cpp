#include "http-bridge/journal/journal_tail.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace hal0::http {
namespace {

int followed(int result, const char* what) {
    if (result < 0) throw JournalUnreadable{fmt::format("the journal cannot be followed: {}: {}", what, std::strerror(-result))};
    return result;
}

std::uint64_t monotonic_usec() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

JournalTail::JournalTail(bus::Loop& loop, const std::string& directory, const JournalQuery& query, const FollowFrom& from, Handlers handlers)
    : handlers_(std::move(handlers)), network_file_system_(loop, [this] { guarded([this] { process(); }); }) {
    guarded([&] {
        open(loop, directory, query, from);
        process();
    });
}

void JournalTail::open(bus::Loop& loop, const std::string& directory, const JournalQuery& query, const FollowFrom& from) {
    reader_ = std::make_unique<JournalReader>(directory, query);
    // Watched before it is read: nothing that is written in between stays unnoticed.
    const int fd = followed(sd_journal_get_fd(reader_->journal()), "sd_journal_get_fd");
    const int events = followed(sd_journal_get_events(reader_->journal()), "sd_journal_get_events");
    sd_event_source* made = nullptr;
    followed(sd_event_add_io(loop.event(), &made, fd, static_cast<std::uint32_t>(events), on_change, this), "sd_event_add_io");
    change_.reset(made);
    if (from.cursor.empty() || !reader_->seek_behind(from.cursor)) reader_->seek_last(from.lines);
}

void JournalTail::more() {
    asked_ = true;
    guarded([this] { deliver(); });
}

int JournalTail::on_change(sd_event_source*, int, std::uint32_t, void* self) {
    auto& tail = *static_cast<JournalTail*>(self);
    tail.guarded([&tail] { tail.process(); });
    return 0;
}

void JournalTail::process() {
    if (!reader_) return;
    // Also when nobody asks for more: files that were rotated or vacuumed away are let go here. Whatever it says has
    // happened, there may be something to read: files come and go under the place that has been reached, which stays.
    followed(sd_journal_process(reader_->journal()), "sd_journal_process");
    std::uint64_t due = 0;
    followed(sd_journal_get_timeout(reader_->journal(), &due), "sd_journal_get_timeout");
    // Only for journal files on a network file system, about which the kernel tells nothing: sd_journal_get_timeout(3).
    if (due != UINT64_MAX) {
        const auto now = monotonic_usec();
        network_file_system_.set(std::chrono::microseconds{due > now ? due - now : 0});
    }
    deliver();
}

void JournalTail::deliver() {
    if (!reader_ || !asked_) return;
    auto entries = reader_->read(most_entries, most_bytes);
    if (entries.empty()) return;
    asked_ = false;
    handlers_.page(std::move(entries));
}

void JournalTail::guarded(const std::function<void()>& what) {
    try {
        what();
    } catch (const JournalUnreadable& problem) {
        change_.reset();
        network_file_system_.cancel();
        reader_.reset();
        handlers_.unreadable(problem.what());
    }
}

}  // namespace hal0::http
