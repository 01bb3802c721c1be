#include "http-bridge/journal/journal.hpp"

#include "http-bridge/http/answer.hpp"
#include "http-bridge/journal/journal_reader.hpp"

#include <fmt/format.h>

#include <utility>

namespace hal0::http {
namespace {

JournalPage read_last(const std::string& directory, const JournalQuery& query, std::size_t lines) {
    JournalPage page{JournalReader{directory, query}.read_last(lines, Journal::most_bytes)};
    std::size_t bytes = 0;
    for (const auto& entry : page.entries) bytes += size_of(entry);
    if (page.entries.size() < lines && bytes >= Journal::most_bytes)
        page.hint = fmt::format("only the newest {} lines are shown: together with more they are too long for one answer", page.entries.size());
    return page;
}

JournalPage read_since(const std::string& directory, const JournalQuery& query, std::uint64_t realtime, std::size_t most) {
    JournalReader reader{directory, query};
    reader.seek_after(realtime);
    std::vector<JournalEntry> entries;
    std::size_t bytes = 0;
    while (auto next = reader.next()) {
        // The order of the journal is not that of the clock, if that was set back.
        if (next->realtime <= realtime) continue;
        const bool full = entries.size() >= most || bytes >= Journal::most_bytes;
        if (full && (entries.empty() || next->realtime != entries.back().realtime)) break;
        bytes += size_of(*next);
        entries.push_back(*std::move(next));
    }
    return {std::move(entries)};
}

JournalPage page_or_hint(const std::function<JournalPage()>& read) {
    try {
        return read();
    } catch (const JournalUnreadable& problem) {
        return {{}, problem.what()};
    }
}

}  // namespace

Journal::Journal(bus::Loop& loop, std::string directory)
    : directory_(std::move(directory)), answers_(loop, [](const std::function<void()>& answer) { answer(); }), thread_(std::make_unique<JournalThread>()) {}

bus::Task<JournalPage> Journal::last(JournalQuery query, std::size_t lines) {
    Read work = [query = std::move(query), lines](const std::string& directory) { return read_last(directory, query, lines); };
    return read(std::move(work));
}

bus::Task<JournalPage> Journal::since(JournalQuery query, std::uint64_t realtime, std::size_t most) {
    Read work = [query = std::move(query), realtime, most](const std::string& directory) { return read_since(directory, query, realtime, most); };
    return read(std::move(work));
}

bus::Task<JournalPage> Journal::read(Read read) {
    if (waiting_ >= most_waiting) throw Refused{503, "system.busy", "too many requests wait for the journal: its disk is slow; try again later"};
    bus::Callback<JournalPage> answer{[this, &read](const bus::Callback<JournalPage>::Resume& resume) {
        ++waiting_;
        thread_->run([this, read, resume] {
            auto page = std::make_shared<JournalPage>(page_or_hint([&] { return read(directory_); }));
            answers_.post([this, resume, page] {
                --waiting_;
                resume(std::move(*page));
            });
        });
    }};
    co_return co_await answer;
}

void Journal::follow(JournalQuery query, FollowFrom from, std::shared_ptr<EventSink> sink, JournalFollow::Frame frame) {
    if (follows_.size() >= most_followers)
        throw Refused{503, "system.too_many_streams", fmt::format("{} streams follow the journal already; close one, or try again later", most_followers)};
    const auto id = ++last_id_;
    auto more = [this, id] {
        thread_->run([this, id] {
            if (const auto tail = tails_.find(id); tail != tails_.end()) tail->second->more();
        });
    };
    const auto follow = std::make_shared<JournalFollow>(std::move(sink), std::move(frame), std::move(more));
    follows_.emplace(id, follow);
    thread_->run([this, id, query = std::move(query), from = std::move(from)] { begin_tail(id, query, from); });
    follow->start([this, id, alive = std::weak_ptr{alive_}] {
        if (!alive.expired()) end(id);
    });
}

void Journal::begin_tail(Id id, const JournalQuery& query, const FollowFrom& from) {
    auto page = [this, id](std::vector<JournalEntry> entries) {
        auto shared = std::make_shared<std::vector<JournalEntry>>(std::move(entries));
        answers_.post([this, id, shared] { on_follow(id, [&](JournalFollow& follow) { follow.page(std::move(*shared)); }); });
    };
    auto unreadable = [this, id](const std::string& message) {
        answers_.post([this, id, message] { on_follow(id, [&](JournalFollow& follow) { follow.degraded(message); }); });
    };
    tails_.emplace(id, std::make_unique<JournalTail>(thread_->loop(), directory_, query, from, JournalTail::Handlers{std::move(page), std::move(unreadable)}));
}

void Journal::on_follow(Id id, const std::function<void(JournalFollow&)>& what) {
    const auto found = follows_.find(id);
    if (found == follows_.end()) return;
    const auto follow = found->second;  // what it does may end it
    what(*follow);
}

void Journal::end(Id id) {
    // The sink that calls this may be held by nobody else.
    const auto ended = follows_.extract(id);
    thread_->run([this, id] { tails_.erase(id); });
}

}  // namespace hal0::http
