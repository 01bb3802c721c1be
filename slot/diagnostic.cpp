#include "slot/diagnostic.hpp"

#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::slot {

std::string to_string(const Place& place) {
    const auto file = visible(place.file);
    if (place.line == 0) return file;
    if (place.column == 0) return fmt::format("{}:{}", file, place.line);
    return fmt::format("{}:{}:{}", file, place.line, place.column);
}

std::string to_string(const Diagnostic& diagnostic) {
    const auto key = diagnostic.key.empty() ? std::string{} : diagnostic.key + ": ";
    return fmt::format("{}: {}{}", to_string(diagnostic.place), key, diagnostic.message);
}

const Diagnostic* first_error(const Diagnostics& diagnostics) {
    const auto found = std::find_if(diagnostics.begin(), diagnostics.end(), [](const auto& d) { return d.severity == Severity::error; });
    return found == diagnostics.end() ? nullptr : &*found;
}

}  // namespace hal0::slot
