#pragma once

#include "slot/toml_layout.hpp"
#include "slot/toml_value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How values are spelled in a TOML text, and which bytes change when one is added or removed; internal to
/// toml_splice.hpp, which parses what comes out. Nothing here parses, and every text must be valid TOML.
namespace hal0::slot::toml_text {

/// The bytes [begin, end) of a text are to become `text`.
struct Edit {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string text;
};

/// One of the entries of a table.
struct Position {
    Table table;
    std::size_t entry = 0;
};

/// Finds the entry whose full path is `path`. A table that has sections or dotted keys has none.
/// @param path must not lead through an array of tables: the same path could then stand in several sections.
std::optional<Position> find_entry(std::string_view text, const KeyPath& path);

/// The edit that adds a key, in the style in which its table is written.
/// @param depth how many leading parts of `path` name tables that exist; less than the number of parts.
/// @param value the value as it is to be spelled.
Edit insert_entry(std::string_view text, const KeyPath& path, std::size_t depth, const std::string& value);

/// The edit that removes an entry: its whole lines, or inside braces the key and its comma.
Edit remove_entry(std::string_view text, const Position& position);

/// The edit that removes a section: its header and entries, the comments that belong to them, and the blank lines behind.
/// @param tables what scan_document() found in `text`.
/// @param index of the section in `tables`; its kind is header.
Edit remove_section(std::string_view text, const std::vector<Table>& tables, std::size_t index);

/// Whether `path` begins with `front`.
bool starts_with(const KeyPath& path, const KeyPath& front);

/// Whether a section is an element of an array of tables, `[[header]]`.
bool is_element(std::string_view text, const Table& table);

/// @return `value` as a one-line basic string, quotes included. Only quotes, backslashes and control characters are
/// escaped, so that text in any language stays readable in the file.
/// @param value must be valid UTF-8.
std::string write_string(std::string_view value);

/// @return the shortest spelling that reads back as the same double and that TOML takes for a float, not an integer.
std::string write_float(double value);

/// @return `value` on one line. Strings and keys in it must be valid UTF-8.
std::string write_value(const TomlValue& value);

/// @return `path` as a dotted key; the parts that are not bare keys are quoted.
std::string write_path(const KeyPath& path);

}  // namespace hal0::slot::toml_text
