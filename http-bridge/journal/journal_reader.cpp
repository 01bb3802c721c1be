#include "http-bridge/journal/journal_reader.hpp"

#include "http-bridge/journal/journal_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

namespace hal0::http {
namespace {

int readable(int result, std::string_view what) {
    if (result < 0) throw JournalUnreadable{fmt::format("the journal cannot be read: {}: {}; journalctl --verify names a damaged file", what, std::strerror(-result))};
    return result;
}

struct FreeText {
    void operator()(char* text) const { std::free(text); }
};

using Field = std::pair<const char*, std::string JournalEntry::*>;
constexpr std::array fields = {
    Field{"_SOURCE_REALTIME_TIMESTAMP", &JournalEntry::source_realtime}, Field{"PRIORITY", &JournalEntry::priority},
    Field{"_HOSTNAME", &JournalEntry::hostname}, Field{"SYSLOG_IDENTIFIER", &JournalEntry::identifier}, Field{"_COMM", &JournalEntry::comm},
    Field{"_PID", &JournalEntry::pid}, Field{"SYSLOG_PID", &JournalEntry::syslog_pid}, Field{"_SYSTEMD_UNIT", &JournalEntry::unit},
    Field{"UNIT", &JournalEntry::about_unit}, Field{"HAL0_SLOT", &JournalEntry::slot}, Field{"HAL0_STATE", &JournalEntry::state},
    Field{"HAL0_OLD_STATE", &JournalEntry::old_state}, Field{"HAL0_REASON", &JournalEntry::reason}};

/// One byte more than is shown tells that there was more.
constexpr std::size_t most_of_a_field = longest_message + 1;

std::optional<std::string> value_of(sd_journal* journal, const char* name) {
    const void* data = nullptr;
    std::size_t size = 0;
    const int result = sd_journal_get_data(journal, name, &data, &size);
    // A field that is damaged, or packed in a way this library does not know, is as good as missing: the others are not.
    if (result < 0) return std::nullopt;
    const std::string_view text{static_cast<const char*>(data), size};
    return std::string{text.substr(std::strlen(name) + 1).substr(0, most_of_a_field)};
}

std::string current_cursor(sd_journal* journal) {
    char* cursor = nullptr;
    readable(sd_journal_get_cursor(journal, &cursor), "sd_journal_get_cursor");
    return std::unique_ptr<char, FreeText>{cursor}.get();
}

void add_matches(sd_journal* journal, const JournalQuery& query) {
    for (const auto& group : query.any_of) {
        readable(sd_journal_add_disjunction(journal), "sd_journal_add_disjunction");
        for (const auto& match : group) readable(sd_journal_add_match(journal, match.data(), match.size()), "sd_journal_add_match");
    }
}

// An entry shows before its fields are linked, and until then they look damaged (systemd's journal_file_append_entry()): a writer that
// loses the processor in between was seen to leave a line without its text. Nobody is told when it is whole.
constexpr int most_looks = 50;
constexpr std::chrono::milliseconds between_looks{1};

/// Without any file that may be read there is no first entry, and no error either.
bool has_entries(sd_journal* journal) {
    std::uint64_t first = 0;
    return readable(sd_journal_get_cutoff_realtime_usec(journal, &first, nullptr), "sd_journal_get_cutoff_realtime_usec") > 0;
}

}  // namespace

JournalReader::JournalReader(const std::string& directory, const JournalQuery& query) {
    sd_journal* opened = nullptr;
    const int result = directory.empty() ? sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY) : sd_journal_open_directory(&opened, directory.c_str(), 0);
    if (result < 0) throw JournalUnreadable{why_unreadable(directory, -result)};
    journal_.reset(opened);
    if (!has_entries(opened)) throw JournalUnreadable{why_unreadable(directory, 0)};
    // It counts the name and the "=" as well.
    readable(sd_journal_set_data_threshold(opened, most_of_a_field + std::strlen("MESSAGE=")), "sd_journal_set_data_threshold");
    add_matches(opened, query);
}

void JournalReader::seek_last(std::size_t count) {
    at_next_ = false;
    readable(sd_journal_seek_tail(journal()), "sd_journal_seek_tail");
    std::size_t back = 0;
    while (back <= count && readable(sd_journal_previous(journal()), "sd_journal_previous") > 0) ++back;
    // The place behind the last entry is none to go on from (sd_journal_next(3) would find nothing there, ever): either there is an entry in
    // front of them, or they are all there is.
    if (back <= count) readable(sd_journal_seek_head(journal()), "sd_journal_seek_head");
}

void JournalReader::seek_after(std::uint64_t realtime) {
    at_next_ = false;
    readable(sd_journal_seek_realtime_usec(journal(), realtime + 1), "sd_journal_seek_realtime_usec");
}

bool JournalReader::seek_behind(const std::string& cursor) {
    if (sd_journal_seek_cursor(journal(), cursor.c_str()) < 0) return false;
    // Asked for first: what is written meanwhile is newer.
    const auto newest = newest_cursor();
    if (!step_to(cursor) && !(newest && step_to(*newest))) readable(sd_journal_seek_head(journal()), "sd_journal_seek_head");
    return true;
}

std::optional<std::string> JournalReader::newest_cursor() {
    readable(sd_journal_seek_tail(journal()), "sd_journal_seek_tail");
    if (readable(sd_journal_previous(journal()), "sd_journal_previous") == 0) return std::nullopt;
    return current_cursor(journal());
}

bool JournalReader::step_to(const std::string& cursor) {
    readable(sd_journal_seek_cursor(journal(), cursor.c_str()), "sd_journal_seek_cursor");
    if (readable(sd_journal_next(journal()), "sd_journal_next") == 0) return false;
    at_next_ = readable(sd_journal_test_cursor(journal(), cursor.c_str()), "sd_journal_test_cursor") == 0;
    return true;
}

JournalEntry JournalReader::entry() const {
    JournalEntry found;
    found.cursor = current_cursor(journal());
    readable(sd_journal_get_realtime_usec(journal(), &found.realtime), "sd_journal_get_realtime_usec");
    found.message = value_of(journal(), "MESSAGE");
    for (const auto& [name, member] : fields) found.*member = value_of(journal(), name).value_or("");
    return found;
}

void JournalReader::complete(JournalEntry& newest) const {
    for (int look = 0; !newest.message && look < most_looks; ++look) {
        std::this_thread::sleep_for(between_looks);
        newest = entry();
    }
}

std::optional<JournalEntry> JournalReader::next() {
    if (!std::exchange(at_next_, false) && readable(sd_journal_next(journal()), "sd_journal_next") == 0) return std::nullopt;
    return entry();
}

std::vector<JournalEntry> JournalReader::read(std::size_t most, std::size_t most_bytes) {
    std::vector<JournalEntry> entries;
    for (std::size_t bytes = 0; entries.size() < most && bytes < most_bytes; bytes += size_of(entries.back())) {
        auto found = next();
        if (!found) {
            if (!entries.empty()) complete(entries.back());
            break;
        }
        entries.push_back(*std::move(found));
    }
    return entries;
}

std::vector<JournalEntry> JournalReader::read_last(std::size_t most, std::size_t most_bytes) {
    readable(sd_journal_seek_tail(journal()), "sd_journal_seek_tail");
    std::vector<JournalEntry> entries;
    for (std::size_t bytes = 0; entries.size() < most && bytes < most_bytes; bytes += size_of(entries.back())) {
        if (readable(sd_journal_previous(journal()), "sd_journal_previous") == 0) break;
        entries.push_back(entry());
    }
    std::reverse(entries.begin(), entries.end());
    return entries;
}

std::size_t size_of(const JournalEntry& entry) {
    std::size_t size = sizeof(JournalEntry) + entry.cursor.size() + entry.message.value_or("").size();
    for (const auto& [name, member] : fields) size += (entry.*member).size();
    return size;
}

}  // namespace hal0::http
