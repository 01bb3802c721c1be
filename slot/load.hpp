#pragma once

#include "slot/model_registry.hpp"
#include "slot/operation_error.hpp"
#include "slot/plan.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hal0::slot {

/// The model registry as it was read: what parse_registry() gave, and what it said.
struct Registry {
    Models models;
    Diagnostics diagnostics;
};

/// The id, if the slot's server can have it: one that loads the registry's file needs a row there (no_such_model).
Result<ModelId, OperationError> known_model(const Slot& slot, const ModelId& id, const Registry& registry);

/// Whether a slot may be loaded (design.md, 7), asked before anything is touched.
/// @param model the id the client names, or nothing for the slot's default.
/// @return the model to run, or nothing for a server that starts without one; or no_such_slot, invalid_config (its file cannot
/// be used), disabled, no_such_model (of a server that loads the registry's file: the id has no row there).
Result<std::optional<ModelId>, OperationError> check_load(const Plan& plan, const SlotName& name, const std::optional<std::string>& model,
                                                          const Registry& registry);

/// The same for a swap, which always names its model.
Result<ModelId, OperationError> check_swap(const Plan& plan, const SlotName& name, std::string_view model, const Registry& registry);

}  // namespace hal0::slot
