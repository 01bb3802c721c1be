#include "units/prepare/back_off.hpp"

#include "slot/status_text.hpp"
#include "units/prepare/report.hpp"

#include <fmt/format.h>
#include <systemd/sd-bus.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

namespace hal0::prepare {
namespace {

constexpr auto service = "org.freedesktop.systemd1";

struct CloseBus {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;

/// NRestarts of the unit, or a negative errno.
int restarts(sd_bus* bus, const std::string& unit, std::uint32_t& count) {
    char* path = nullptr;
    const int encoded = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path);
    if (encoded < 0) return encoded;
    const std::unique_ptr<char, decltype(&free)> freed{path, &free};
    return sd_bus_get_property_trivial(bus, service, path, "org.freedesktop.systemd1.Service", "NRestarts", nullptr, 'u', &count);
}

int forget_failures(sd_bus* bus, const std::string& unit) {
    return sd_bus_call_method(bus, service, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "ResetFailedUnit",
                              nullptr, nullptr, "s", unit.c_str());
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
    sd_bus* opened = nullptr;
    int problem = sd_bus_open_system(&opened);
    const Bus bus{opened};
    std::uint32_t count = 0;
    if (problem >= 0) problem = restarts(bus.get(), unit, count);
    if (problem >= 0 && count == 0) problem = forget_failures(bus.get(), unit);
    if (problem < 0) {
        report_warning(fmt::format("systemd cannot be asked how often {} was restarted: {}", unit, std::strerror(-problem)));
        return;
    }
    wait_before(count);
}

}  // namespace hal0::prepare
