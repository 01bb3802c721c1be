#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// Lines and columns count from 1; 0 means the file as a whole.
struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    bool operator==(const Position&) const = default;
};

/// Where in a file something stands.
struct Place {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    bool operator==(const Place&) const = default;
};

enum class Severity { warning, error };

/// What is wrong with a configuration file, where, and what is allowed.
struct Diagnostic {
    Severity severity = Severity::error;
    Place place;
    std::string key;  // dotted, as in `model.context_size`; empty when no key is meant
    std::string message;
    bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// `file:line:column`, without what is not known.
std::string to_string(const Place& place);

/// `file:line:column: key: message`, one line, without what is not known.
std::string to_string(const Diagnostic& diagnostic);

/// What to_string() made a sentence of, as an error; nothing for a sentence that names neither a place nor a key. A file is
/// told from a key by its slash, or by the line behind it.
std::optional<Diagnostic> parse_diagnostic(std::string_view sentence);

/// The first error, or null if there are only warnings.
const Diagnostic* first_error(const Diagnostics& diagnostics);

}  // namespace hal0::slot
