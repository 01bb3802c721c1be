#include "dbus-interfaces/errors.hpp"

#include "dbus-interfaces/names.hpp"

namespace hal0::names {

std::string error_name(slot::ErrorKind kind) { return std::string{error_prefix}.append(slot::to_string(kind)); }

std::optional<slot::ErrorKind> error_kind(std::string_view error_name) {
    const std::string_view prefix = error_prefix;
    if (error_name.substr(0, prefix.size()) != prefix) return std::nullopt;
    return slot::parse_word<slot::ErrorKind>(error_name.substr(prefix.size()));
}

}  // namespace hal0::names
