#include "http-bridge/journal/journal_query.hpp"

#include "slot/state.hpp"

#include <syslog.h>

namespace hal0::http {
namespace {

/// The four sources that journalctl takes for a unit's (systemd 252 and 257, add_matches_for_unit()): itself, its core dumps, PID 1, and
/// what root says of it.
std::vector<JournalQuery::Group> unit_log(const std::string& unit) {
    return {
        {"_SYSTEMD_UNIT=" + unit},
        {"MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1", "_UID=0", "COREDUMP_UNIT=" + unit},
        {"_PID=1", "UNIT=" + unit},
        {"_UID=0", "OBJECT_SYSTEMD_UNIT=" + unit},
    };
}

int lowest_priority(LeastSeverity least) {
    switch (least) {
    case LeastSeverity::error: return LOG_ERR;
    case LeastSeverity::warning: return LOG_WARNING;
    case LeastSeverity::info: return LOG_INFO;
    case LeastSeverity::everything: break;
    }
    return LOG_DEBUG;
}

JournalQuery limited(std::vector<JournalQuery::Group> groups, LeastSeverity least) {
    if (least != LeastSeverity::everything)
        for (auto& group : groups)
            for (int priority = LOG_EMERG; priority <= lowest_priority(least); ++priority) group.push_back("PRIORITY=" + std::to_string(priority));
    return {std::move(groups)};
}

}  // namespace

JournalQuery slot_log(const slot::SlotName& name) { return {unit_log(slot::unit_name(name))}; }

JournalQuery transitions(const std::optional<slot::SlotName>& name, LeastSeverity least) {
    // Anybody may write HAL0_SLOT=; the unit is what journald itself says of the writer.
    JournalQuery::Group group = {"_SYSTEMD_UNIT=hal0d.service"};
    if (name) group.push_back("HAL0_SLOT=" + name->str());
    // The journal can be asked for values of a field, not for the field: any of the states.
    for (const auto& [state, word] : slot::spellings<slot::State>) group.push_back("HAL0_STATE=" + std::string{word});
    return limited({std::move(group)}, least);
}

JournalQuery own_services(LeastSeverity least) {
    auto groups = unit_log("hal0d.service");
    for (auto& group : unit_log("hal0-http.service")) groups.push_back(std::move(group));
    return limited(std::move(groups), least);
}

}  // namespace hal0::http
