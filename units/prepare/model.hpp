#pragma once

#include "slot/arguments.hpp"
#include "slot/result.hpp"
#include "units/prepare/request.hpp"

#include <optional>
#include <string>

namespace hal0::prepare {

/// The model that a start serves, and what it puts on the command line.
struct ChosenModel {
    std::optional<slot::ModelId> id;  // nothing: the server starts without a model
    slot::Arguments arguments;
};

/// Why the model store cannot be given to a container, if so.
std::optional<std::string> store_problem(const std::string& store, const std::string& root);

/// Takes the trial model of a swap, else the slot's default, looks it up in the registry and checks its files.
/// `root` is put before every path that is read. Errors: not in the registry, a file that is missing, unreadable, or
/// outside the model store (the container would not see it).
slot::Result<ChosenModel> choose_model(const Request& request, const std::string& root);

}  // namespace hal0::prepare
