#pragma once

#include "slot/operation_error.hpp"
#include "slot/plan.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace hal0::slot {

/// A slot that does not exist yet, and the text of its file.
struct NewSlot {
    SlotName name;
    std::string toml;
};

/// Decides on a new slot (design.md, 7, create).
///
/// `config` has the keys of a slot's file, and: `model` may be just an id; `backend` and `ctx_size` are taken for what they
/// are called today; null means "not given"; `name` may repeat the name. Without a port, the slot gets the lowest free one of
/// the settings' range; without a device, backend and profile, `detected`, or what its type's profile is for, written down.
///
/// @param config from the client, so checked for everything (slot/client_config.hpp).
/// @param detected nothing: cannot tell.
/// @param host_ports the TCP ports that something on this host listens on.
/// @return the slot, which make_plan() would accept beside the others; or, the first that applies: invalid_name,
/// slot_exists (also of a file with errors), invalid_config, no_such_profile, port_in_use, no_free_port.
Result<NewSlot, OperationError> new_slot(const Plan& plan, std::string_view name, const nlohmann::json& config,
                                         std::optional<Device> detected, const std::set<std::uint16_t>& host_ports);

}  // namespace hal0::slot
