#pragma once

#include "slot/operation_error.hpp"
#include "slot/profile.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace hal0::slot {

/// Completes the changes that a client asks of a slot's file with what has to move along, so that the file stays coherent
/// (http-api.md, 3, PUT config):
/// - A key with two spellings (`context_size` and `ctx_size`, `device` and the legacy `backend`) is changed as the file
///   spells it; a new one gets the first spelling. Removing either spelling removes both. The two given in one request
///   must mean the same; one of them null and the other not replaces the one spelling by the other.
/// - A new device that the profile named in the file is not for moves the profile to the default one.
/// - A new profile that is not for the device named in the file moves the device to the profile's own.
/// - A provider in the file that is just the profile's own follows the profile.
/// @param before what the file says, as json_of_slot() has it.
/// @param detected the device of slots that name none.
/// @return the changes, or why two of them contradict each other (`invalid_config`). A value that is wrong by itself goes
/// through, for parse_slot() to say what is allowed.
Result<nlohmann::json, OperationError> coherent_changes(const nlohmann::json& before, nlohmann::json changes, const Profiles& profiles,
                                                        std::optional<Device> detected);

}  // namespace hal0::slot
