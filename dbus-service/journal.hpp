#pragma once

#include "slot/name.hpp"
#include "slot/state.hpp"

#include <string>
#include <vector>

namespace hal0::service {

/// A slot that has come from one state to another.
struct Transition {
    slot::SlotName name;
    slot::State old_state;
    slot::Condition now;
};

/// Writes it to the journal, where `journalctl HAL0_SLOT=chat` finds it. (`journalctl -u hal0-slot@chat` cannot: it
/// takes lines about another unit from PID 1 and from root only, systemd.journal-fields(7).)
void log_transition(const Transition& transition);

/// The fields of that entry, `NAME=value` (sd_journal_sendv(3)).
std::vector<std::string> journal_fields(const Transition& transition);

/// One start of a slot's unit that has failed.
struct FailedStart {
    std::string invocation_id;     // 32 hexadecimal digits (InvocationID of org.freedesktop.systemd1(5))
    bool ended_by_itself = false;  // its model server exited, and was not killed or stopped
};

/// What its model server last complained of (slot/log_reason.hpp); empty if it said nothing, or the journal cannot be read.
/// Reads files: for the worker, not for the loop. Needs to be in group systemd-journal.
std::string last_error_line(const slot::SlotName& name, const FailedStart& start);

}  // namespace hal0::service
