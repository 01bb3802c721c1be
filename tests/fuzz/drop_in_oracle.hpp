#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::oracle {

/// A second, independent reading of unit files, as systemd's own code reads them (src/shared/conf-parser.c,
/// src/basic/extract-word.c, src/basic/env-util.c, src/core/load-fragment.c). Nothing of slot/ is used here. All
/// functions throw Unreadable for whatever systemd would refuse, ignore, or expand to something that is not in the file.
struct Unreadable {
    std::string problem;
};

/// One assignment. A line over several physical lines is one; blanks around the value are gone.
struct Directive {
    std::string section, key, value;
    bool operator==(const Directive&) const = default;
};

std::vector<Directive> read_unit_file(std::string_view text);

/// One word of a command line behind quotes, escapes and specifiers. `is_variable`: the whole word is `$NAME`, which
/// systemd replaces by any number of words; `text` is then `$NAME`.
struct Word {
    std::string text;
    bool is_variable = false;
    bool operator==(const Word&) const = default;
};

/// The commands of an Exec…= value: more than one if a bare `;` separates them.
std::vector<std::vector<Word>> read_command_lines(std::string_view value);

/// The assignments of an Environment= value, `NAME=value` each.
std::vector<std::string> read_assignments(std::string_view value);

/// The words of a value such as RequiresMountsFor=: quotes, but no C escapes.
std::vector<std::string> read_paths(std::string_view value);

/// The text of a value with specifiers (Description=).
std::string read_text(std::string_view value);

/// Whether systemd takes these bytes for text: UTF-8 of code points that are characters.
bool is_text(std::string_view bytes);

/// What a drop-in is meant to say.
struct Meaning {
    std::map<std::string, std::vector<std::string>> directives;  // "Unit.Description" → its values, in order
    std::vector<std::string> assignments;                        // of all Environment= lines, in order
    std::vector<Word> command;                                   // of ExecStart=, behind the empty one; empty: there is none
};

/// How a drop-in differs from what it is meant to say, in a sentence; empty if it does not.
std::string difference(std::string_view text, const Meaning& meant);

}  // namespace hal0::oracle
