#include "units/launch/started.hpp"

#include "slot/started.hpp"
#include "units/helper/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

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
    // Root's own folder, made by systemd for this start (RuntimeDirectory=); nobody reads it before the unit is active.
    const auto path = fmt::format("{}/{}", folder, slot::started_file);
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file << slot::to_json_text(started(command));
    file.close();
    return file ? std::nullopt : std::optional{slot::Error{fmt::format("{} cannot be written: {}", path, std::strerror(errno))}};
}

}  // namespace hal0::launch
