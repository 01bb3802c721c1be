#pragma once

#include "dbus-interfaces/bus.hpp"
#include "slot/client_config.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace hal0::bus {

using Dictionary = std::map<std::string, sdbus::Variant>;

/// What a client sends, as the tree that slot/ works with. A value of type 'g' that is the empty signature becomes null,
/// for D-Bus has none. Throws OperationFailed (invalid_config), naming the key, for a type that no TOML value has, and for more than
/// `most` values in all.
nlohmann::json to_json(const Dictionary& dictionary, std::size_t most = SIZE_MAX);

/// Tables and lists in one another that a dictionary has at most, itself among them. A file may have more, but the bus disconnects
/// who sends a message with more than 64 containers in one another (D-Bus specification, Valid Signatures and Marshaling): a table
/// takes three of them, and GetManagedObjects has seven around it.
inline constexpr std::size_t deepest = slot::client_config::deepest;

/// The other way round; what is deeper is left out, and of a table or a mixed list what is beyond most_variants (bus.hpp). An array of one kind of plain values becomes as, ab, ax or ad, any other av. Throws
/// nlohmann::json::exception for a value that no dictionary has: bytes, and a number above 2^63 - 1.
Dictionary to_dictionary(const nlohmann::json& object);

}  // namespace hal0::bus
