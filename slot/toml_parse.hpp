#pragma once

// Internal to slot/: included by its .cpp files only, so that toml++ stays out of every other part.

#include "slot/diagnostic.hpp"

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>

namespace hal0::slot {

/// A parsed TOML file, or the diagnostics that say why not: syntax, invalid UTF-8, more than 1 MiB, a key that would
/// exhaust the stack. The only place that calls toml++'s parser on text from outside.
std::optional<toml::table> parse_toml(const std::string& file, std::string_view text, Diagnostics& diagnostics);

/// Where a node of a file stands.
Place place_of(const std::string& file, const toml::source_region& region);

}  // namespace hal0::slot
