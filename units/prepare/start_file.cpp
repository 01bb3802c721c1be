#include "units/prepare/start_file.hpp"

#include "slot/unit_text.hpp"
#include "units/helper/runtime_file.hpp"

#include <utility>

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
    if (auto problem = helper::write_runtime_file(folder, "start.env", text)) return *std::move(problem);
    return true;
}

}  // namespace hal0::prepare
