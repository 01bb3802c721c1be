#pragma once

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace hal0::prepare {

struct CloseBus {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;

/// A connection to the system bus, or none and `problem` set to a negative errno.
Bus open_system_bus(int& problem);

/// org.freedesktop.systemd1(5): names of the manager.
inline constexpr auto systemd_service = "org.freedesktop.systemd1";
inline constexpr auto manager_path = "/org/freedesktop/systemd1";
inline constexpr auto manager_interface = "org.freedesktop.systemd1.Manager";
inline constexpr auto unit_interface = "org.freedesktop.systemd1.Unit";
inline constexpr auto service_interface = "org.freedesktop.systemd1.Service";

/// The object path of a unit.
std::string unit_path(const std::string& unit);

/// A property of a unit that is a string; empty if it cannot be had.
std::string text_property(sd_bus* bus, const std::string& unit, const char* interface, const char* property);

/// Calls a method of the manager that takes these strings and replies nothing of interest. Returns a negative errno on failure.
int call_manager(sd_bus* bus, const char* method, const char* types = "", const char* first = nullptr, const char* second = nullptr);

}  // namespace hal0::prepare
