#pragma once

#include "dbus-interfaces/loop/inbox.hpp"
#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-interfaces/loop/task.hpp"
#include "http-bridge/http/event_sink.hpp"
#include "http-bridge/journal/journal_entry.hpp"
#include "http-bridge/journal/journal_follow.hpp"
#include "http-bridge/journal/journal_query.hpp"
#include "http-bridge/journal/journal_tail.hpp"
#include "http-bridge/journal/journal_thread.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hal0::http {

/// Entries in their order; none, and why, when the journal cannot be read.
struct JournalPage {
    std::vector<JournalEntry> entries = {};
    std::string hint = {};  // one sentence that says what to do; empty when all is well
};

/// The journal as the bridge's loop sees it: nothing here waits for a disk. When it goes, nobody is answered any more; streams
/// stay as they are.
class Journal {
public:
    /// @param directory the journal files' folder; empty: the machine's own
    /// Throws std::system_error.
    explicit Journal(bus::Loop& loop, std::string directory = "");
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// The newest `lines` entries; fewer when they are larger than most_bytes, and the hint says so.
    /// Throws Refused, 503 system.busy, when too many wait for the disk.
    bus::Task<JournalPage> last(JournalQuery query, std::size_t lines);
    /// The first entries that are newer than `realtime`, microseconds since the epoch; up to `most`, but always all that have the same time, so
    /// that the time of the last one is where to go on. Throws as last().
    bus::Task<JournalPage> since(JournalQuery query, std::uint64_t realtime, std::size_t most);
    /// Sends entries to `sink`, until that ends, as far as it has room: those that are there from `from` on, then as they are written, none
    /// missing and none twice. If the journal cannot be read: `event: degraded`, data {"message"}, and the end.
    /// @param frame what is sent for an entry; empty: nothing
    /// Throws Refused, 503 system.too_many_streams: each holds all files of the journal open.
    void follow(JournalQuery query, FollowFrom from, std::shared_ptr<EventSink> sink, JournalFollow::Frame frame);

    std::size_t followers() const { return follows_.size(); }

    static constexpr std::size_t most_followers = 64;
    // The reads that wait are all there at once, should the loop be busy: together a quarter of MemoryMax= in hal0-http.service.
    static constexpr std::size_t most_waiting = 16;
    static constexpr std::size_t most_bytes = 4 * 1024 * 1024;  // of an answer

private:
    using Id = std::uint64_t;
    using Read = std::function<JournalPage(const std::string& directory)>;

    bus::Task<JournalPage> read(Read read);
    void begin_tail(Id id, const JournalQuery& query, const FollowFrom& from);
    void on_follow(Id id, const std::function<void(JournalFollow&)>& what);
    void end(Id id);

    const std::string directory_;
    std::map<Id, std::shared_ptr<JournalFollow>> follows_;  // of the loop's thread
    std::map<Id, std::unique_ptr<JournalTail>> tails_;      // of the journal's thread
    Id last_id_ = 0;
    std::size_t waiting_ = 0;
    bus::Inbox<std::function<void()>> answers_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // streams may end later than this
    std::unique_ptr<JournalThread> thread_;                       // the last: it ends before what it writes to
};

}  // namespace hal0::http
