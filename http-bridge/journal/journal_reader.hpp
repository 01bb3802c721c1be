#pragma once

#include "http-bridge/journal/journal_entry.hpp"
#include "http-bridge/journal/journal_query.hpp"

#include <systemd/sd-journal.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace hal0::http {

/// The journal cannot be read; the text says what to do about it.
class JournalUnreadable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A place in the journal, and the entries of a query from there on (sd-journal(3)). It waits for a disk: not for the loop.
class JournalReader {
public:
    /// @param directory the journal files' folder; empty: the machine's own
    /// Throws JournalUnreadable, also if there is no file that may be read.
    JournalReader(const std::string& directory, const JournalQuery& query);

    /// In front of the newest `count` entries.
    void seek_last(std::size_t count);
    /// In front of the first entry that is newer than this time, microseconds since the epoch.
    void seek_after(std::uint64_t realtime);
    /// Behind the entry of this cursor; if that is gone, in front of the first one that came after it. False, and nothing
    /// moved, if this is no cursor. (A cursor that is newer than all there is, as after the clock was set back: in front of
    /// what will be written.)
    bool seek_behind(const std::string& cursor);

    /// The next entry; nothing at the end.
    std::optional<JournalEntry> next();
    /// The next entries in their order, up to `most` of them, and none behind the one that makes it `most_bytes` or more.
    std::vector<JournalEntry> read(std::size_t most, std::size_t most_bytes);
    /// The newest entries in their order, within the same bounds.
    std::vector<JournalEntry> read_last(std::size_t most, std::size_t most_bytes);

    sd_journal* journal() const { return journal_.get(); }

private:
    JournalEntry entry() const;
    /// Waits a little for the text of the entry that was read last and is the newest one, if it has none.
    void complete(JournalEntry& newest) const;
    /// Leaves the place.
    std::optional<std::string> newest_cursor();
    /// Behind the entry of a cursor, or in front of what came after it. False: there is neither.
    bool step_to(const std::string& cursor);

    struct Close {
        void operator()(sd_journal* journal) const { sd_journal_close(journal); }
    };
    std::unique_ptr<sd_journal, Close> journal_;
    bool at_next_ = false;  // the next entry is already the current one
};

/// Bytes of memory that an entry takes, about.
std::size_t size_of(const JournalEntry& entry);

}  // namespace hal0::http
