#pragma once

#include "dbus-interfaces/variant_json.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace hal0::service {

/// What a client sends is looked at before anybody is asked whether the client may do that: a call is kept for as long as that
/// takes, and so is what it brings.

/// A configuration within the limits of slot/client_config.hpp. Throws sdbus::Error (InvalidConfig) for another one.
nlohmann::json configuration(const bus::Dictionary& given);

/// A text that may still be wrong, but is not too large to be kept. Throws sdbus::Error (InvalidConfig) for another one.
std::string text(std::string given);

}  // namespace hal0::service
