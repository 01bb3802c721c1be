#pragma once

#include "slot/name.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hal0::prepare {

/// What systemd knows of a unit's runs (org.freedesktop.systemd1(5)). Times in microseconds of CLOCK_MONOTONIC.
struct Past {
    std::uint32_t restarts = 0;        // automatic ones, with the one that is under way
    std::uint64_t active_enter = 0;    // of the last run that was active
    std::uint64_t active_exit = 0;
    std::uint64_t inactive_enter = 0;  // the end of the last run, active or not
    std::uint64_t restart_delay = 0;   // RestartSec=
    std::uint64_t limit_interval = 0;  // StartLimitIntervalSec=
};

/// Whether the run before this restart was active, and for longer than all automatic restarts together may take: what
/// ended it has nothing to do with the failures before it. In doubt false, while there were few restarts.
bool follows_long_run(const Past& past);

/// A start, as systemd sees it.
struct Attempt {
    bool is_restart = true;      // an automatic one; in doubt it is
    std::uint32_t restarts = 0;  // automatic ones since the slate was wiped, with this one
};

/// Asks systemd which start this is. Before one that somebody asked for, and after a long run, makes systemd forget the
/// earlier failures, so that only a slot that keeps failing reaches its start limit: also for a start that will be refused.
/// When systemd cannot be asked it warns and does nothing.
Attempt begin_attempt(const slot::SlotName& name);

/// Before an automatic restart: waits, longer each time, and says so; after too many of them it returns why there must be
/// no other. (The start limit of systemd 252 forgets at every daemon-reload.)
std::optional<std::string> back_off(const slot::SlotName& name, const Attempt& attempt);

}  // namespace hal0::prepare
