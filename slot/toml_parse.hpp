#pragma once

// Internal to slot/: included by its .cpp files only, so that toml++ stays out of every other part.

#include "slot/diagnostic.hpp"

#include <toml++/toml.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hal0::slot {

// A slot's file has some dozens of lines; a megabyte leaves room for a large registry and bounds the work at boot.
inline constexpr std::size_t largest_file = 1024 * 1024;

/// A parsed TOML file, or the diagnostics that say why not: syntax, invalid UTF-8, more than 1 MiB, more levels of
/// tables and lists than the stack is sure to take. The only place that calls toml++'s parser on text from outside.
std::optional<toml::table> parse_toml(const std::string& file, std::string_view text, Diagnostics& diagnostics);

/// Where a node stands in its file, and with the file.
Position position_of(const toml::source_region& region);
Place place_of(const std::string& file, const toml::source_region& region);

}  // namespace hal0::slot
