#pragma once

#include "slot/result.hpp"
#include "units/prepare/model.hpp"

#include <string>
#include <vector>

namespace hal0::prepare {

/// What ExecStart= needs of this start.
struct StartFacts {
    ChosenModel model;
    std::vector<std::string> devices;  // podman arguments
    std::vector<std::string> groups;
};

/// The text of start.env: HAL0_PREPARED, HAL0_RUNNING_MODEL, HAL0_MODEL_ARGS, HAL0_DEVICE_ARGS, HAL0_GROUP_ARGS.
std::string start_file_text(const StartFacts& facts);

/// The text of start.env for a start that must not go on: HAL0_REFUSAL. `launch` says it.
std::string refusal_text(const std::string& reason);

/// Writes `folder`/start.env, whole or not at all.
slot::Result<bool> write_start_file(const std::string& folder, const std::string& text);

}  // namespace hal0::prepare
