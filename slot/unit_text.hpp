#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// Text for unit files, as systemd.syntax(7), systemd.unit(5) (specifiers) and systemd.service(5) (command lines) read
/// it. Specifiers are escaped first, then quotes and control characters (systemd's CODING_STYLE). NUL and bytes that
/// are no UTF-8 never get here: the readers of TOML refuse them.

/// One argument of an Exec…= line: always exactly one word again, whatever it holds.
std::string exec_word(std::string_view text);

/// The value of a directive that takes one line of text (Description=): specifiers doubled, control characters and a
/// backslash at the end made harmless.
std::string line_text(std::string_view text);

/// One word of a directive that takes words (RequiresMountsFor=, Environment=): quoted where it must be.
std::string value_word(std::string_view text);

/// `Environment=` with one assignment.
std::string environment_line(std::string_view name, std::string_view value);

/// One line of an EnvironmentFile= (systemd.exec(5)): `NAME="value"` and a newline.
std::string environment_file_line(std::string_view name, std::string_view value);

/// Words for a variable that a command line uses as `$NAME`: systemd splits them at blanks again and removes one level
/// of quoting, so every special character is escaped (systemd.service(5), "Command lines").
std::string words_for_variable(const std::vector<std::string>& words);

}  // namespace hal0::slot
