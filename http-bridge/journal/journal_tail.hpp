#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "http-bridge/journal/journal_reader.hpp"

#include <functional>
#include <string>
#include <vector>

namespace hal0::http {

/// Where a follower begins: behind the entry of `cursor`; if there is none, or this is no cursor, in front of the newest `lines`
/// entries. FollowFrom{} is what is written from now on.
struct FollowFrom {
    std::string cursor = {};
    std::size_t lines = 0;
};

/// Entries as they are written, on the journal's thread: a page at a time, and the next one when it is asked for. New entries
/// are pushed by the kernel (sd_journal_get_fd(3)).
class JournalTail {
public:
    struct Handlers {
        std::function<void(std::vector<JournalEntry>)> page;  // at least one entry; only after the first page or more()
        std::function<void(std::string)> unreadable;          // what to do about it; once, the last call
    };

    /// One page, at once or when there is one, comes without being asked for. Calls `unreadable` rather than throw.
    JournalTail(bus::Loop& loop, const std::string& directory, const JournalQuery& query, const FollowFrom& from, Handlers handlers);
    JournalTail(const JournalTail&) = delete;
    JournalTail& operator=(const JournalTail&) = delete;

    /// Asks for one more page.
    void more();

    /// So that one long backlog keeps neither the thread from the others nor much memory.
    static constexpr std::size_t most_entries = 200;
    static constexpr std::size_t most_bytes = 64 * 1024;

private:
    void open(bus::Loop& loop, const std::string& directory, const JournalQuery& query, const FollowFrom& from);
    static int on_change(sd_event_source*, int, std::uint32_t, void* self);
    void process();
    void deliver();
    /// Calls `what`; a journal that cannot be read ends the tail.
    void guarded(const std::function<void()>& what);

    Handlers handlers_;
    std::unique_ptr<JournalReader> reader_;  // null when it has ended
    bus::Loop::Timer network_file_system_;
    bus::EventSource change_;
    bool asked_ = true;
};

}  // namespace hal0::http
