#include "units/prepare/start_file.hpp"

#include "slot/unit_text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace hal0::prepare {

std::string start_file_text(const StartFacts& facts) {
    const auto variable = [](const char* name, const std::vector<std::string>& words) {
        return slot::environment_file_line(name, slot::words_for_variable(words));
    };
    return slot::environment_file_line("HAL0_PREPARED", "yes") + slot::environment_file_line("HAL0_RUNNING_MODEL", facts.model.id ? facts.model.id->str() : "") +
           variable("HAL0_MODEL_ARGS", words_of(facts.model.arguments)) + variable("HAL0_DEVICE_ARGS", facts.devices) +
           variable("HAL0_GROUP_ARGS", facts.groups);
}

std::string refusal_text(const std::string& reason) { return slot::environment_file_line("HAL0_REFUSAL", reason); }

slot::Result<bool> write_start_file(const std::string& folder, const std::string& text) {
    // No fsync: /run is in memory. The folder is root's own, made by systemd for this start (RuntimeDirectory=).
    const auto path = folder + "/start.env";
    const auto temporary = path + ".new";
    std::ofstream file{temporary, std::ios::binary | std::ios::trunc};
    file << text;
    file.close();
    if (file && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
    return slot::Error{fmt::format("{} cannot be written: {}", path, std::strerror(errno))};
}

}  // namespace hal0::prepare
