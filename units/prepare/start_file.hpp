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

/// The text of start.env: HAL0_RUNNING_MODEL, HAL0_MODEL_ARGS, HAL0_DEVICE_ARGS, HAL0_GROUP_ARGS.
std::string start_file_text(const StartFacts& facts);

/// Writes `folder`/start.env, whole or not at all.
slot::Result<bool> write_start_file(const std::string& folder, const StartFacts& facts);

}  // namespace hal0::prepare
