#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace hal0::slot {

/// A new slot's file: flat, the known keys in the order in which they are documented, then all others by name. Tables
/// without a key and nulls are left out.
/// @param config acceptable (slot/client_config.hpp); tables in lists are written in braces.
std::string toml_of_slot(const nlohmann::json& config);

/// One section of a file, `[path]`, with what is below it, as toml_of_slot() writes one; `path` as in the header.
std::string toml_of_section(const std::string& path, const nlohmann::json& table);

}  // namespace hal0::slot
