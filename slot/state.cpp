#include "slot/state.hpp"

#include "slot/status_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::slot {
namespace {

/// systemd's Result= in words (systemd.exec(5), $SERVICE_RESULT).
std::string_view result_in_words(std::string_view result, int exit_status) {
    constexpr int podman_failed = 125;  // podman-run(1); what it runs has no reason to end so
    if (result == "exit-code" && exit_status == podman_failed) return "podman could not run the container";
    if (result == "success") return "the model server was killed";  // RestartForceExitStatus= of the unit
    if (result == "exit-code") return "the model server exited with an error";
    if (result == "signal") return "the model server was killed by a signal";
    if (result == "core-dump") return "the model server crashed";
    if (result == "oom-kill") return "the model server ran out of memory and was killed";
    if (result == "timeout") return "it took longer than the timeouts in its file allow";
    if (result == "watchdog") return "it stopped answering its watchdog";
    if (result == "start-limit-hit") return "it failed too often";
    if (result == "resources") return "systemd lacked the resources to start it";
    if (result == "protocol") return "podman did not report the container's start";
    return "it failed";
}

/// With which status or signal the model server ended; empty if that is not known. Its container's conmon, the main process, ends
/// with the server's status, and that is 128 and more after a signal.
std::string ending(const Observation& unit) {
    constexpr int most_signals = 64, signalled = 128;
    const int status = unit.exit_status;
    const bool is_signal = status <= most_signals;
    if (status == 0) return "";
    // A stop that a helper's end brought about has a status, too: that is none of the failure.
    if (unit.result == "signal" || unit.result == "core-dump") return is_signal ? fmt::format("signal {}", status) : "";
    if (unit.result == "success" && is_signal) return fmt::format("signal {}", status);
    if (unit.result == "oom-kill" && is_signal) return "";  // conmon's, which the server's status went with
    if (unit.result != "exit-code" && unit.result != "success" && unit.result != "oom-kill") return "";
    const bool was_signalled = status > signalled && status <= signalled + most_signals;
    return was_signalled ? fmt::format("status {}, signal {}", status, status - signalled) : fmt::format("status {}", status);
}

/// Why a unit failed: what a helper said if one said something, else systemd's result. How the server ended is added where that is the
/// reason: with what prepare and launch say, it is launch's own status. `more` goes into the same parentheses.
std::string reason(const Observation& unit, const std::string& more = "") {
    const bool has_ended_early = is_ended_early(unit.status_text);
    const bool is_helpers = !unit.status_text.empty() && !is_progress(unit.status_text) && !has_ended_early;
    const std::string words{is_helpers ? unit.status_text : has_ended_early ? ended_early : result_in_words(unit.result, unit.exit_status)};
    const auto how = is_helpers ? std::string{} : ending(unit);
    if (how.empty() && more.empty()) return words;
    return fmt::format("{} ({}{}{})", words, how, how.empty() || more.empty() ? "" : ", ", more);
}

Condition failed(const Observation& unit) {
    if (!unit.config_error.empty()) return {State::error, unit.config_error};
    if (unit.restarts == 0 || is_given_up(unit.status_text)) return {State::error, reason(unit)};
    // The attempt that the start limit refused is counted too.
    const auto restarts = std::min(unit.restarts, most_restarts);
    return {State::error, reason(unit, fmt::format("after {} automatic restart{}", restarts, restarts == 1 ? "" : "s"))};
}

/// Whether the start that the unit waits for is queued, and with that counted in NRestarts. systemd 254 and later have a state for
/// it; before, the job tells. (A start that somebody asks for is counted by nobody.)
bool is_counted(const Observation& unit) {
    return unit.sub_state == "auto-restart-queued" || (unit.restarts > 0 && (unit.job == "restart" || unit.job == "start"));
}

Condition activating(const Observation& unit) {
    if (unit.sub_state.starts_with("auto-restart")) {
        // The attempt that the start limit will refuse is none.
        const auto attempt = is_counted(unit) ? unit.restarts : unit.restarts + 1;
        if (attempt > most_restarts) return failed(unit);
        return {State::error, fmt::format("{}; it restarts automatically ({} of {})", reason(unit), attempt, most_restarts)};
    }
    if (unit.sub_state == "start-post") return {State::warming, unit.status_text};
    if (unit.sub_state == "start") return {State::starting, unit.status_text};
    if (is_waiting(unit.status_text)) return {State::error, unit.status_text};
    return {parse_pulling(unit.status_text) ? State::pulling : State::starting, unit.status_text};
}

/// What somebody asked for is no failure, whatever it takes: a server that ignores SIGTERM ends with the result "timeout" until
/// clean-up resets that. A server that was killed ends with what a stop ends with (SuccessExitStatus=); the job tells them apart.
Condition deactivating(const Observation& unit) {
    if (unit.job == "stop" || unit.job == "restart") return {State::unloading, ""};
    const bool died = unit.result != "success" || unit.exit_status != 0;
    return died ? failed(unit) : Condition{State::unloading, ""};
}

Condition running(const Observation& unit) {
    if (!unit.answers) return {State::error, "the model server runs but has stopped answering its health check"};
    const auto message = unit.config_error.empty() ? unit.status_text : "runs with its previous configuration: " + unit.config_error;
    if (unit.requests_in_flight > 0) return {State::serving, message};
    const auto used = std::max(unit.active_since, unit.last_used);
    const bool unused = unit.now > used && unit.now - used >= unit.idle_after;
    return {unit.has_model && !unused ? State::ready : State::idle, message};
}

}  // namespace

Condition condition_of(const Observation& unit) {
    const bool is_queued = (unit.job == "start" || unit.job == "restart") && unit.config_error.empty();
    // A start of a failed slot may wait for a rival to stop: the old failure is no news any more.
    if (unit.active_state == "failed" && is_queued) return {State::starting, ""};
    if (unit.active_state == "failed") return failed(unit);
    if (unit.active_state == "activating") return unit.job == "stop" ? Condition{State::unloading, ""} : activating(unit);
    // A crash passes through "deactivating" too: it is not a stop that somebody asked for.
    if (unit.active_state == "deactivating") return deactivating(unit);
    if (unit.active_state == "active" || unit.active_state == "reloading" || unit.active_state == "refreshing")
        return unit.job == "stop" || unit.job == "restart" ? Condition{State::unloading, ""} : running(unit);
    if (!unit.config_error.empty()) return {State::error, unit.config_error};
    return is_queued ? Condition{State::starting, ""} : Condition{State::offline, ""};
}

}  // namespace hal0::slot
