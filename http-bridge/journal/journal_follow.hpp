#pragma once

#include "http-bridge/http/event_sink.hpp"
#include "http-bridge/journal/journal_entry.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hal0::http {

/// One event stream of journal entries, on the bridge's loop: takes them a page at a time, writes as much as the sink has room for, and asks
/// for the next page when all of this one is written.
class JournalFollow : public std::enable_shared_from_this<JournalFollow> {
public:
    using Frame = std::function<std::string(const JournalEntry&)>;
    /// @param frame what is sent for an entry; empty: nothing
    /// @param more asks for one more call of page()
    JournalFollow(std::shared_ptr<EventSink> sink, Frame frame, std::function<void()> more);

    /// Once, before anything else. @param ended called once, when the sink has ended
    void start(std::function<void()> ended);
    void page(std::vector<JournalEntry> entries);
    /// Says so to whoever reads the stream, and ends it.
    void degraded(const std::string& message);

private:
    void write();
    bool fits(const std::string& frame) const;

    std::shared_ptr<EventSink> sink_;
    Frame frame_;
    std::function<void()> more_;
    std::deque<JournalEntry> entries_;
    std::optional<std::string> waiting_;  // the frame of the first entry, for which there was no room
    bool sent_since_drained_ = false;
    bool writing_ = false;
};

}  // namespace hal0::http
