// The entries are about slots: the place in the code is nobody's business (sd_journal_print(3)).
#define SD_JOURNAL_SUPPRESS_LOCATION

#include "dbus-service/journal.hpp"

#include "slot/log_reason.hpp"

#include <fmt/format.h>
#include <systemd/sd-journal.h>
#include <syslog.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace hal0::service {
namespace {

constexpr std::size_t most_lines = 200;
constexpr std::size_t most_bytes = 4096;  // of one line

struct CloseJournal {
    void operator()(sd_journal* journal) const { sd_journal_close(journal); }
};
using Journal = std::unique_ptr<sd_journal, CloseJournal>;

/// The entries of a slot's unit itself, of one start; null if the journal cannot be read.
Journal open_log(const slot::SlotName& name, const std::string& invocation_id) {
    sd_journal* opened = nullptr;
    if (sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY) < 0) return nullptr;
    Journal journal{opened};
    sd_journal_set_data_threshold(opened, most_bytes);
    // SyslogIdentifier= of the unit: what systemd says of it has another one.
    for (const auto& match : {"_SYSTEMD_INVOCATION_ID=" + invocation_id, "SYSLOG_IDENTIFIER=" + container_name(name)})
        if (sd_journal_add_match(opened, match.data(), match.size()) < 0) return nullptr;
    return journal;
}

std::string field(sd_journal* journal, const char* name) {
    const void* data = nullptr;
    std::size_t size = 0;
    if (sd_journal_get_data(journal, name, &data, &size) < 0) return "";
    const std::string_view text{static_cast<const char*>(data), size};
    return std::string{text.substr(text.find('=') + 1)};
}

}  // namespace

std::vector<std::string> journal_fields(const Transition& transition) {
    const auto& [name, old_state, now] = transition;
    const auto reason = now.message.empty() ? std::string{} : ": " + now.message;
    std::vector<std::string> fields = {
        fmt::format("MESSAGE=slot {}: {} → {}{}", name.str(), to_string(old_state), to_string(now.state), reason),
        fmt::format("PRIORITY={}", now.state == slot::State::error ? LOG_ERR : LOG_INFO),
        fmt::format("HAL0_SLOT={}", name.str()),
        fmt::format("HAL0_STATE={}", to_string(now.state)),
        fmt::format("HAL0_OLD_STATE={}", to_string(old_state)),
    };
    if (!now.message.empty()) fields.push_back("HAL0_REASON=" + now.message);
    return fields;
}

void log_transition(const Transition& transition) {
    const auto fields = journal_fields(transition);
    std::vector<iovec> parts;
    for (const auto& text : fields) parts.push_back({const_cast<char*>(text.data()), text.size()});
    // A journal that is not there is no reason to do anything else than without one.
    sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

std::string last_error_line(const slot::SlotName& name, const FailedStart& start) {
    const auto journal = open_log(name, start.invocation_id);
    if (!journal || sd_journal_seek_tail(journal.get()) < 0) return "";
    std::vector<slot::LogLine> lines;
    while (lines.size() < most_lines && sd_journal_previous(journal.get()) > 0) lines.push_back({field(journal.get(), "_COMM"), field(journal.get(), "MESSAGE")});
    std::reverse(lines.begin(), lines.end());
    return slot::log_reason(lines, start.ended_by_itself);
}

}  // namespace hal0::service
