#pragma once

#include "slot/arguments.hpp"
#include "slot/model_registry.hpp"
#include "slot/provider.hpp"

#include <string>
#include <vector>

namespace hal0::slot {

/// Absolute path of a registry path: one that is not absolute is below the model store.
std::string path_in_store(const std::string& path, const std::string& store);

/// The layer that a model puts on the command line: its file, its id, its mmproj and the registry's defaults, without
/// the flags in `set_elsewhere`, which the slot or its profile sets (flags_set_over_model()).
Arguments model_arguments(const Provider& server, const Model& model, const std::string& store,
                          const std::vector<std::string>& set_elsewhere);

}  // namespace hal0::slot
