#include "http-bridge/journal/journal_json.hpp"

#include "http-bridge/journal/journal_text.hpp"
#include "slot/number.hpp"
#include "slot/text.hpp"

#include <systemd/sd-id128.h>
#include <syslog.h>

#include <algorithm>

namespace hal0::http {
namespace {

using nlohmann::json;

/// LOG_INFO for an entry that has none, as journald itself takes it.
int priority_of(const JournalEntry& entry) {
    const auto& text = entry.priority;
    return text.size() == 1 && text.front() >= '0' && text.front() <= '7' ? text.front() - '0' : LOG_INFO;
}

const char* level_of(const JournalEntry& entry) {
    const int priority = priority_of(entry);
    if (priority <= LOG_ERR) return "error";
    if (priority == LOG_WARNING) return "warning";
    return priority == LOG_DEBUG ? "debug" : "info";
}

json number_or_null(const std::string& text) {
    const auto number = slot::parse_number<std::int64_t>(text);
    return number ? json(*number) : json(nullptr);
}

double seconds(std::uint64_t usec) { return static_cast<double>(usec) / 1e6; }

std::string frame(const std::string& cursor, const json& row) { return event_frame(cursor, "", row.dump(-1, ' ', false, json::error_handler_t::replace)); }

json answer(const char* name, const JournalPage& page, std::uint64_t since, json (*row)(const JournalEntry&)) {
    json answer = {{name, json::array()}, {"next_since", since}};
    for (const auto& entry : page.entries) {
        answer[name].push_back(row(entry));
        since = std::max(since, entry.realtime);
    }
    answer["next_since"] = since;
    if (!page.hint.empty()) answer["hint"] = page.hint;
    return answer;
}

}  // namespace

json logs_answer(const slot::SlotName& name, const JournalPage& page) {
    std::string logs;
    for (const auto& entry : page.entries) {
        if (!entry.message) continue;
        if (!logs.empty()) logs += "\n";
        logs += short_iso(entry);
    }
    json answer = {{"name", name.str()}, {"logs", std::move(logs)}};
    if (!page.hint.empty()) answer["hint"] = page.hint;
    return answer;
}

json event_row(const JournalEntry& entry) {
    return {{"id", entry.realtime}, {"ts", seconds(entry.realtime)}, {"type", "slot.state"}, {"severity", priority_of(entry) <= LOG_ERR ? "error" : "info"},
            {"source", "hal0d"}, {"message", message_text(entry)},
            {"data", {{"slot", entry.slot}, {"from", entry.old_state}, {"to", entry.state}, {"reason", entry.reason}}}};
}

json events_answer(const JournalPage& page, std::uint64_t since) {
    auto events = answer("events", page, since, event_row);
    events["epoch"] = journal_epoch();
    return events;
}

std::string event_row_frame(const JournalEntry& entry) { return frame(entry.cursor, event_row(entry)); }

std::string journal_epoch() {
    // Any constant that is hal0's own.
    constexpr sd_id128_t events_of_hal0 = SD_ID128_MAKE(6f, 1d, 0c, 5a, 9e, 27, 4b, 83, a4, 71, d2, 38, 5b, e6, 90, 1c);
    sd_id128_t hashed{};
    if (sd_id128_get_machine_app_specific(events_of_hal0, &hashed) < 0) return "";
    char text[SD_ID128_STRING_MAX];
    return sd_id128_to_string(hashed, text);
}

json journal_row(const JournalEntry& entry) {
    // What PID 1 says about a unit belongs to that unit.
    const auto& unit = entry.pid == "1" && !entry.about_unit.empty() ? entry.about_unit : entry.unit;
    return {{"id", entry.realtime}, {"ts", seconds(entry.realtime)}, {"source", "hal0"}, {"level", level_of(entry)}, {"msg", message_text(entry)},
            {"data", {{"unit", unit}, {"identifier", entry.identifier.empty() ? entry.comm : entry.identifier}, {"pid", number_or_null(entry.pid)}}}};
}

json journal_answer(const JournalPage& page, std::uint64_t since) { return answer("entries", page, since, journal_row); }

std::string journal_row_frame(const JournalEntry& entry) { return frame(entry.cursor, journal_row(entry)); }

}  // namespace hal0::http
