#pragma once

#include "slot/vocabulary.hpp"

#include <cstdint>
#include <string>

namespace hal0::slot {

/// What a slot is doing (design.md, 6). Computed, never stored.
enum class State { offline, pulling, starting, warming, ready, serving, idle, unloading, error };

template <>
inline constexpr std::array spellings<State> = {
    Spelling<State>{State::offline, "offline"}, Spelling<State>{State::pulling, "pulling"}, Spelling<State>{State::starting, "starting"},
    Spelling<State>{State::warming, "warming"}, Spelling<State>{State::ready, "ready"}, Spelling<State>{State::serving, "serving"},
    Spelling<State>{State::idle, "idle"}, Spelling<State>{State::unloading, "unloading"}, Spelling<State>{State::error, "error"}};

/// Everything a slot's state depends on. The words are systemd's own (org.freedesktop.systemd1(5)).
struct Observation {
    std::string active_state = "inactive";
    std::string sub_state = "dead";
    std::string result = "success";
    int exit_status = 0;        // ExecMainStatus: exit status or, with result "signal", signal of the main process; 0: none
    std::string status_text{};
    std::string job{};          // type of the unit's pending job: "start", "stop", "restart"; empty, or "none", without one
    std::uint32_t restarts = 0; // NRestarts
    std::string config_error{}; // why the TOML cannot be rendered; empty if it can

    bool has_model = true;      // the running server has a model
    bool answers = true;        // false: the health path failed twice in a row
    std::uint32_t requests_in_flight = 0;
    // CLOCK_MONOTONIC in microseconds, as systemd's …TimestampMonotonic properties; 0: never
    std::uint64_t now = 0;
    std::uint64_t active_since = 0;
    std::uint64_t last_used = 0;
    std::uint64_t idle_after = 300'000'000;
};

struct Condition {
    State state = State::offline;
    std::string message;  // one sentence for a person; empty when there is nothing to add
    bool operator==(const Condition&) const = default;
};

Condition condition_of(const Observation& unit);

}  // namespace hal0::slot
