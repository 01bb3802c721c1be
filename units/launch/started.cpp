#include "units/launch/started.hpp"

#include "slot/started.hpp"
#include "units/helper/environment.hpp"
#include "units/helper/runtime_file.hpp"

#include <algorithm>

namespace hal0::launch {
namespace {

slot::Started started(const std::vector<std::string>& command) {
    const auto image = helper::variable("HAL0_IMAGE");
    const auto where = std::find(command.begin(), command.end(), image);
    slot::Started started{.model = helper::variable("HAL0_RUNNING_MODEL"), .image = image, .command = {}};
    // An override may run something else altogether: then the whole of it is what there is to say.
    started.command.assign(where == command.end() ? command.begin() : where + 1, command.end());
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
