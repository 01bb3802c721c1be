#pragma once

#include <nlohmann/json.hpp>
#include <sdbus-c++/sdbus-c++.h>

#include <map>
#include <string>

namespace hal0::bus {

using Dictionary = std::map<std::string, sdbus::Variant>;

/// What a client sends, as the tree that slot/ works with. A value of type 'g' that is the empty signature becomes null,
/// for D-Bus has none. Throws OperationFailed (invalid_config), naming the key, for a type that no TOML value has.
nlohmann::json to_json(const Dictionary& dictionary);

/// The other way round. An array of one kind of plain values becomes as, ab, ax or ad, any other av. Throws
/// nlohmann::json::exception for a value that no dictionary has: bytes, and a number above 2^63 - 1.
Dictionary to_dictionary(const nlohmann::json& object);

}  // namespace hal0::bus
