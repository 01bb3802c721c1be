#pragma once

#include "slot/operation_error.hpp"
#include "slot/plan.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace hal0::slot {

/// Changes a slot's file as a client asks (http-api.md, 3, PUT config), and leaves every other line as it is.
///
/// Tables merge key by key at every depth, null removes a key with all below it, anything else replaces what is there; `{}`
/// changes nothing. A key that the file has stays where it is; a new one goes to its siblings, under `[slot]` or not, as the
/// file has them. Empty tables are not written. What has to move along moves along (slot/coherence.hpp).
///
/// @param plan what there is beside this slot.
/// @param toml the text of the slot's file as it is on disk now; it may be wrong, and the changes may mend it.
/// @param changes from the client, so checked for everything (slot/client_config.hpp).
/// @param detected the device of slots that name none, as make_plan() got it.
/// @return the new text, which make_plan() would accept; or no_such_slot, invalid_config, no_such_profile or port_in_use,
/// as `file:line:column: key: what is wrong and what is allowed`: the place is the one on disk, unless the change put it there.
Result<std::string, OperationError> edit_slot(const Plan& plan, const SlotName& name, std::string_view toml,
                                              const nlohmann::json& changes, std::optional<Device> detected = std::nullopt);

/// The most bytes that a client may make a slot's file of.
inline constexpr std::size_t most_text_bytes = 64 * 1024;

/// The slot that a client's text makes, were it the whole of a slot's file; or why it may not be, as edit_slot() says it, the
/// place being the one in the text. Says nothing of what the registry has.
Result<Slot, OperationError> slot_of_text(const Plan& plan, const SlotName& name, std::string_view toml,
                                          std::optional<Device> detected = std::nullopt);

}  // namespace hal0::slot
