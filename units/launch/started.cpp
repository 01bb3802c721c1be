#include "units/launch/started.hpp"

#include "slot/container.hpp"
#include "slot/started.hpp"
#include "units/helper/environment.hpp"
#include "units/helper/runtime_file.hpp"

#include <algorithm>
#include <iterator>

namespace hal0::launch {
namespace {

/// The words between `podman run` and the image; what was found for the profile's devices and groups gives way to their names.
std::vector<std::string> options(std::vector<std::string>::const_iterator begin, std::vector<std::string>::const_iterator image) {
    std::vector<std::string> options;
    const auto found = [](const std::string& word) { return word.starts_with(slot::device_option("")) || word.starts_with(slot::group_option("")); };
    std::remove_copy_if(begin, image, std::back_inserter(options), found);
    for (const auto& device : helper::words("HAL0_DEVICES")) options.push_back(slot::device_option(device));
    for (const auto& group : helper::words("HAL0_GROUPS")) options.push_back(slot::group_option(group));
    return options;
}

slot::Started started(const std::vector<std::string>& command) {
    const auto image = helper::variable("HAL0_IMAGE");
    const auto where = std::find(command.begin(), command.end(), image);
    slot::Started started{.model = helper::variable("HAL0_RUNNING_MODEL"), .image = image, .command = {}};
    // An override may run something else altogether: then the whole of it is what there is to say.
    started.command.assign(where == command.end() ? command.begin() : where + 1, command.end());
    const bool is_podman_run = where != command.end() && where - command.begin() >= 2 && command[0] == "podman" && command[1] == "run";
    if (is_podman_run) started.options = options(command.begin() + 2, where);
    started.provider = slot::parse_word<slot::ProviderId>(helper::variable("HAL0_PROVIDER")).value_or(started.provider);
    started.port = helper::number<std::uint16_t>("HAL0_PORT");
    return started;
}

}  // namespace

std::optional<slot::Error> record_start(const std::string& folder, const std::vector<std::string>& command) {
    // Nobody reads it before the unit is active.
    return helper::write_runtime_file(folder, slot::started_file, slot::to_json_text(started(command)));
}

}  // namespace hal0::launch
