#include "units/prepare/systemd_bus.hpp"

namespace hal0::prepare {

Bus open_system_bus(int& problem) {
    sd_bus* opened = nullptr;
    problem = sd_bus_open_system(&opened);
    return Bus{opened};
}

std::string unit_path(const std::string& unit) {
    char* path = nullptr;
    if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path) < 0) return {};
    const std::unique_ptr<char, decltype(&std::free)> freed{path, &std::free};
    return path;
}

std::string text_property(sd_bus* bus, const std::string& unit, const char* interface, const char* property) {
    char* text = nullptr;
    if (sd_bus_get_property_string(bus, systemd_service, unit_path(unit).c_str(), interface, property, nullptr, &text) < 0) return {};
    const std::unique_ptr<char, decltype(&std::free)> freed{text, &std::free};
    return text;
}

int call_manager(sd_bus* bus, const char* method, const char* types, const char* first, const char* second) {
    return sd_bus_call_method(bus, systemd_service, manager_path, manager_interface, method, nullptr, nullptr, types, first, second);
}

}  // namespace hal0::prepare
