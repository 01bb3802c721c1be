#include "units/prepare/slot_environment.hpp"

#include "slot/profile.hpp"
#include "slot/status_text.hpp"
#include "units/prepare/systemd_bus.hpp"

#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <string_view>

namespace hal0::prepare {
namespace {

struct FreeStrings {
    void operator()(char** strings) const {
        for (char** text = strings; text && *text; ++text) std::free(*text);
        std::free(strings);
    }
};

/// Environment= of the unit (org.freedesktop.systemd1(5)); asking for a property loads the unit. Returns a negative errno
/// on failure.
int read_environment(const std::string& unit, std::vector<std::string>& assignments) {
    int problem = 0;
    const auto bus = open_system_bus(problem);
    char** strings = nullptr;
    if (problem >= 0)
        problem = sd_bus_get_property_strv(bus.get(), systemd_service, unit_path(unit).c_str(), service_interface, "Environment", nullptr, &strings);
    const std::unique_ptr<char*, FreeStrings> freed{strings};
    for (char** text = strings; text && *text; ++text) assignments.emplace_back(*text);
    return problem;
}

std::string value_of(const std::vector<std::string>& assignments, std::string_view name) {
    for (auto assignment = assignments.rbegin(); assignment != assignments.rend(); ++assignment)
        if (assignment->size() > name.size() && assignment->starts_with(name) && (*assignment)[name.size()] == '=') return assignment->substr(name.size() + 1);
    return {};
}

}  // namespace

slot::Result<std::string> image_in(const slot::SlotName& name, const std::vector<std::string>& assignments) {
    if (const auto image = value_of(assignments, "HAL0_IMAGE"); !image.empty()) return slot::parse_image(image);
    if (const auto reason = value_of(assignments, "HAL0_CONFIG_ERROR"); !reason.empty()) return slot::Error{reason};
    return slot::Error{slot::no_configuration_text(name)};
}

slot::Result<std::string> image_of(const slot::SlotName& name) {
    const auto unit = unit_name(name);
    std::vector<std::string> assignments;
    if (const int problem = read_environment(unit, assignments); problem < 0)
        return slot::Error{fmt::format("systemd cannot be asked which image {} has: {}", unit, std::strerror(-problem))};
    return image_in(name, assignments);
}

}  // namespace hal0::prepare
