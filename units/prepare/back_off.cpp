#include "units/prepare/back_off.hpp"

#include "slot/status_text.hpp"
#include "units/helper/report.hpp"
#include "units/prepare/systemd_bus.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <thread>

namespace hal0::prepare {
namespace {

using helper::extend_timeout;
using helper::report_status;
using helper::report_warning;

/// Returns a negative errno on failure. A start that is no restart waits for one answer only.
int ask(sd_bus* bus, const std::string& unit, Past& past) {
    const auto path = unit_path(unit);
    const auto get = [&](const char* interface, const char* property, char type, void* value) {
        return sd_bus_get_property_trivial(bus, systemd_service, path.c_str(), interface, property, nullptr, type, value);
    };
    int problem = get(service_interface, "NRestarts", 'u', &past.restarts);
    if (problem >= 0 && past.restarts == 0) return problem;
    if (problem >= 0) problem = get(unit_interface, "ActiveEnterTimestampMonotonic", 't', &past.active_enter);
    if (problem >= 0) problem = get(unit_interface, "ActiveExitTimestampMonotonic", 't', &past.active_exit);
    if (problem >= 0) problem = get(unit_interface, "InactiveEnterTimestampMonotonic", 't', &past.inactive_enter);
    if (problem >= 0) problem = get(service_interface, "RestartUSec", 't', &past.restart_delay);
    if (problem >= 0) problem = get(unit_interface, "StartLimitIntervalUSec", 't', &past.limit_interval);
    return problem;
}

std::chrono::seconds delay_before(std::uint32_t attempt) { return std::chrono::seconds{slot::restart_delay_s(attempt)}; }

void wait_before(std::uint32_t attempt) {
    const auto delay = delay_before(attempt);
    if (delay.count() == 0) return;
    report_status(slot::waiting_text(static_cast<std::uint32_t>(delay.count()), attempt));
    // The delay is none of the time that the slot has for its start.
    extend_timeout(delay + std::chrono::seconds{60});
    std::this_thread::sleep_for(delay);
    report_status("");
}

}  // namespace

bool follows_long_run(const Past& past) {
    const bool was_long = past.active_exit > past.active_enter && past.active_exit - past.active_enter > past.limit_interval;
    // The last active run may not be the last run. But between the ends of two runs lie systemd's delay and ours, so
    // that a shorter time has none of them in it.
    const std::chrono::microseconds between = std::chrono::microseconds{past.restart_delay} + delay_before(past.restarts - 1);
    const std::chrono::microseconds clean_up{past.inactive_enter - past.active_exit};
    return was_long && past.restarts > 0 && past.inactive_enter >= past.active_exit && clean_up < between;
}

Attempt begin_attempt(const slot::SlotName& name) {
    const auto unit = slot::unit_name(name);
    int problem = 0;
    const auto bus = open_system_bus(problem);
    Past past;
    if (problem >= 0) problem = ask(bus.get(), unit, past);
    const bool is_first = past.restarts == 0 || follows_long_run(past);
    const Attempt attempt{.is_restart = problem < 0 || past.restarts > 0, .restarts = problem < 0 || is_first ? 0 : past.restarts};
    if (problem >= 0 && is_first) problem = call_manager(bus.get(), "ResetFailedUnit", "s", unit.c_str());
    if (problem < 0) report_warning(fmt::format("systemd cannot be asked how often {} was restarted: {}", unit, std::strerror(-problem)));
    return attempt;
}

std::optional<std::string> back_off(const slot::SlotName& name, const Attempt& attempt) {
    if (attempt.restarts > slot::most_restarts) return slot::given_up_text(name);
    if (attempt.restarts > 0) wait_before(attempt.restarts);
    return std::nullopt;
}

}  // namespace hal0::prepare
