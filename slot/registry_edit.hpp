#pragma once

#include "slot/operation_error.hpp"
#include "slot/plan.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace hal0::slot {

/// Adds a model to the text of the registry, in the shape it has (`[models.<id>]` or `[[models]]`); every line of other
/// models stays as it is.
/// @param properties from a client, so checked for everything (slot/client_config.hpp): the keys of a row, `path` at least. Keys
/// that hal0 does not know are kept, null means "not given", an `id` must be the id. Files are absolute or below the model
/// store, and never lead out of a folder by "..".
/// @return the new text, which parse_registry() reads with this model and all that it had before; or invalid_config.
Result<std::string, OperationError> add_model(std::string_view registry, std::string_view id, const nlohmann::json& properties);

/// Takes a model out of the text of the registry, also one whose row has errors.
/// @param plan no slot of it may have the model as its default.
/// @return the new text; or no_such_model, busy (naming the slots), invalid_config (the registry cannot be edited).
Result<std::string, OperationError> remove_model(std::string_view registry, std::string_view id, const Plan& plan);

}  // namespace hal0::slot
