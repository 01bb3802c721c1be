#include "units/prepare/back_off.hpp"

#include "slot/status_text.hpp"
#include "units/helper/report.hpp"
#include "units/prepare/systemd_bus.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <thread>

namespace hal0::prepare {
namespace {

using helper::extend_timeout;
using helper::report_status;
using helper::report_warning;

/// NRestarts of the unit, or a negative errno.
int restarts(sd_bus* bus, const std::string& unit, std::uint32_t& count) {
    return sd_bus_get_property_trivial(bus, systemd_service, unit_path(unit).c_str(), service_interface, "NRestarts", nullptr, 'u', &count);
}

void wait_before(std::uint32_t attempt) {
    const std::chrono::seconds delay{slot::restart_delay_s(attempt)};
    if (delay.count() == 0) return;
    report_status(slot::waiting_text(static_cast<std::uint32_t>(delay.count()), attempt));
    // The delay is none of the time that the slot has for its start.
    extend_timeout(delay + std::chrono::seconds{60});
    std::this_thread::sleep_for(delay);
    report_status("");
}

}  // namespace

void back_off(const slot::SlotName& name) {
    const auto unit = slot::unit_name(name);
    int problem = 0;
    const auto bus = open_system_bus(problem);
    std::uint32_t count = 0;
    if (problem >= 0) problem = restarts(bus.get(), unit, count);
    if (problem >= 0 && count == 0) problem = call_manager(bus.get(), "ResetFailedUnit", "s", unit.c_str());
    if (problem < 0) {
        report_warning(fmt::format("systemd cannot be asked how often {} was restarted: {}", unit, std::strerror(-problem)));
        return;
    }
    wait_before(count);
}

}  // namespace hal0::prepare
