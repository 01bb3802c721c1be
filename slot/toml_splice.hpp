#pragma once

#include "slot/result.hpp"
#include "slot/toml_value.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// Sets one value in a TOML text and leaves every other byte as it is: comments, order, formatting, unknown keys. The
/// files belong to the people who write them, and no TOML library can write one back as it was.
///
/// An existing value of any type is replaced where it stands; if it already equals `value`, type included, the text
/// comes back unchanged however the value was spelled. A new key goes behind the last one of its table, in the style
/// the table is written in (section, dotted keys or braces); a table that is not there becomes a section at the end.
///
/// @param text a TOML document, LF or CRLF, with or without a byte order mark and a final newline.
/// @param path the key's parts from the top level, undecorated: {"slot", "model", "default"}. Quoted where needed.
/// @param value what the key is to be. Strings and keys must be valid UTF-8.
/// @return the new text, or what is in the way and in which line: invalid TOML or UTF-8, an array of tables or a plain
/// value where the path needs a table, a table that has sections or dotted keys where the path wants a value. The new
/// text has been parsed again and differs from the old in exactly this one value; otherwise there is an error instead.
Result<std::string> set_value(std::string_view text, const std::vector<std::string>& path, const TomlValue& value);

/// Removes one key and its value from a TOML text and leaves every other byte as it is.
///
/// On lines of its own the key goes with these lines, its trailing comment included; inside braces it goes with its
/// comma. Comments on other lines and the headers of sections that become empty stay. What set_value() added to an
/// existing table this takes away without a trace.
///
/// @param text, path as for set_value().
/// @return the new text, checked as for set_value(); `text` itself if there is no such key; or the same errors.
Result<std::string> remove_value(std::string_view text, const std::vector<std::string>& path);

/// Removes a key with everything below it, however it is written: a value, braces, dotted keys, all the sections of a
/// table or of an array of tables.
///
/// A section goes with the comments inside it, those directly above its header, unless they begin the file, and the
/// blank lines behind it. Comments between it and the next section that stand by themselves, or directly above the next
/// header, stay.
///
/// @param text, path as for set_value().
/// @return the new text, which has been parsed again and lacks exactly this key (and the tables that only its headers
/// implied); `text` itself if there is no such key; or an error as of set_value().
Result<std::string> remove_tree(std::string_view text, const std::vector<std::string>& path);

/// Removes one element of an array of tables, `[[path]]`, with its sub-sections, as remove_tree() removes a table's.
/// @param index counts from 0.
/// @return the new text, checked as for remove_tree(); or an error: no such element, or the array is written as a list.
Result<std::string> remove_element(std::string_view text, const std::vector<std::string>& path, std::size_t index);

}  // namespace hal0::slot
