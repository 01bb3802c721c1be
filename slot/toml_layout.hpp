#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Where things stand in a TOML text; internal to toml_splice.hpp.
///
/// toml++ tells the line and the code-point column of keys and values, but not where a comma, a comment, a dotted
/// key's last line or the end of an inline table is. An edit needs all of these as byte offsets, so they are found
/// here by a scan that leans on toml++ having accepted the text first: it recognises structure and never judges it.
namespace hal0::slot::toml_text {

/// The decoded parts of a dotted key: `a."b c"` is {"a", "b c"}.
using KeyPath = std::vector<std::string>;

/// One `key = value`. All positions are byte offsets into the scanned text; ends are exclusive.
struct KeyValue {
    KeyPath key;  // as written, relative to the table that holds it; several parts if dotted
    std::size_t line_begin = 0;  // first byte of the key's line, indentation included; 0 inside braces
    std::size_t key_begin = 0;
    std::size_t value_begin = 0;
    std::size_t value_end = 0;
    std::size_t line_end = 0;  // past the newline (or the text's end) of the value's last line; 0 inside braces
};

enum class TableKind { root, header, braces };

/// A place in the text that holds key/value pairs: the top level, a `[header]` or `[[header]]` section, or the
/// braces of an inline table. Inline tables inside arrays have no key path, and so are not listed; sections inside
/// `[[header]]` sections carry the headers' path, which does not say which element of the array they belong to.
struct Table {
    TableKind kind = TableKind::root;
    KeyPath path;  // the full path from the top level
    std::size_t begin = 0;  // first byte of the header's line; the opening brace; for the root the byte after a BOM
    std::size_t end = 0;  // where a first key would go: past the header's newline; past the brace; begin for the root
    std::vector<KeyValue> entries;
};

/// @return whether `c` may stand in a key that is not quoted.
bool is_bare_key_char(char c);

/// Finds every table of a document, in the order in which they open; the root is always the first.
/// @param text must be valid TOML. On anything else the result is meaningless, but the scan ends and stays in bounds.
std::vector<Table> scan_document(std::string_view text);

/// @return the newline that inserted lines should end in: that of the text's first line; "\n" if there is none.
std::string_view newline_of(std::string_view text);

/// @return the 1-based number of the line that holds the byte at `position`.
std::size_t line_of(std::string_view text, std::size_t position);

/// @return where the comment lines begin that stand directly above `line_begin`; `line_begin` if there are none.
/// @param line_begin first byte of a line with nothing but blank lines and comments above it.
std::size_t comment_block_above(std::string_view text, std::size_t line_begin);

}  // namespace hal0::slot::toml_text
