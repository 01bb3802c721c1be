#include "drop_in_oracle.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <set>

namespace hal0::oracle {
namespace {

constexpr std::size_t longest_line = 1024 * 1024;  // LONG_LINE_MAX
constexpr std::string_view blanks = " \t\n\r";

bool is_blank(char c) { return blanks.find(c) != std::string_view::npos; }

std::string_view stripped(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// A backslash that no other backslash escapes ends the text.
bool continues(std::string_view text) {
    bool escaped = false;
    for (const char c : text) escaped = !escaped && c == '\\';
    return escaped;
}

/// Collects the directives line by line.
class FileReader {
public:
    void physical_line(std::string_view line) {
        const auto content = stripped(line);
        if (!content.empty() && (content[0] == '#' || content[0] == ';')) return;  // also inside a continued line
        pending_ += line;
        if (pending_.size() > longest_line) throw Unreadable{"a line is too long"};
        if (continues(pending_)) {
            pending_.back() = ' ';
            return;
        }
        logical_line(stripped(pending_));
        pending_.clear();
    }
    std::vector<Directive> finish() {
        logical_line(stripped(pending_));
        return std::move(directives_);
    }

private:
    void logical_line(std::string_view line) {
        if (line.empty()) return;
        if (!is_text(line)) throw Unreadable{"a line is not UTF-8 clean"};
        if (line[0] == '[') {
            if (line.back() != ']') throw Unreadable{fmt::format("invalid section header: {}", line)};
            section_ = line.substr(1, line.size() - 2);
            return;
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) throw Unreadable{fmt::format("missing '=': {}", line)};
        if (section_.empty()) throw Unreadable{fmt::format("an assignment outside of a section: {}", line)};
        directives_.push_back({section_, std::string{stripped(line.substr(0, equals))}, std::string{stripped(line.substr(equals + 1))}});
    }

    std::string pending_, section_;
    std::vector<Directive> directives_;
};

void append_utf8(std::string& to, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { to += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | (code >> 6));
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | (code >> 12));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | (code >> 18));
        put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

/// Splits a value into words, as extract_first_word() with EXTRACT_UNQUOTE and, if asked, EXTRACT_CUNESCAPE.
class Splitter {
public:
    Splitter(std::string_view text, bool c_escapes) : rest_(text), c_escapes_(c_escapes) { skip_blanks(); }

    bool at_end() const { return rest_.empty(); }

    /// Takes a `;` that stands alone, or `\;`, which stands for the character.
    bool take_bare(std::string_view token) {
        if (!rest_.starts_with(token) || (rest_.size() > token.size() && !is_blank(rest_[token.size()]))) return false;
        rest_.remove_prefix(token.size());
        skip_blanks();
        return true;
    }

    std::string word() {
        std::string out;
        char quote = 0;
        while (!rest_.empty()) {
            const char c = take();
            if (c == '\\')
                escape(out);
            else if (quote != 0 && c == quote)
                quote = 0;
            else if (quote == 0 && (c == '"' || c == '\''))
                quote = c;
            else if (quote == 0 && is_blank(c))
                break;
            else
                out += c;
        }
        if (quote != 0) throw Unreadable{"unbalanced quoting"};
        skip_blanks();
        return out;
    }

private:
    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    void skip_blanks() {
        while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    }
    void escape(std::string& out) {
        if (rest_.empty()) throw Unreadable{"a backslash at the end"};
        const char c = take();
        if (!c_escapes_) {
            out += c;
            return;
        }
        constexpr std::string_view letters = "abfnrtvs\\\"'";
        constexpr std::string_view meant = "\a\b\f\n\r\t\v \\\"'";
        if (const auto known = letters.find(c); known != std::string_view::npos)
            out += meant[known];
        else if (c == 'x')
            out += static_cast<char>(static_cast<unsigned char>(number(2, 16)));
        else if (c == 'u' || c == 'U')
            append_utf8(out, number(c == 'u' ? 4 : 8, 16));
        else if (c >= '0' && c <= '3')
            out += static_cast<char>(static_cast<unsigned char>(static_cast<std::uint32_t>(c - '0') * 64 + number(2, 8)));
        else
            throw Unreadable{fmt::format("unknown escape \\{}", c)};
    }
    std::uint32_t number(std::size_t digits, std::uint32_t base) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            const auto digit = rest_.empty() ? std::string_view::npos : std::string_view{"0123456789abcdef"}.find(static_cast<char>(std::tolower(rest_.front())));
            if (digit == std::string_view::npos || digit >= base) throw Unreadable{"a cut escape"};
            value = value * base + static_cast<std::uint32_t>(digit);
            rest_.remove_prefix(1);
        }
        if (value == 0) throw Unreadable{"an escaped NUL"};
        return value;
    }

    std::string_view rest_;
    bool c_escapes_;
};

/// A word of a command line behind the expansion of variables (replace_env_argv()).
Word expanded(const std::string& word) {
    if (word.starts_with('$') && !word.starts_with("$$") && !word.starts_with("${")) return {word, true};
    std::string out;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (word[i] == '$' && word.compare(i, 2, "${") == 0) throw Unreadable{fmt::format("a variable inside a word: {}", word)};
        if (word[i] == '$' && word.compare(i, 2, "$$") == 0) ++i;
        out += word[i];
    }
    return {out, false};
}

bool is_assignment(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0 || std::isdigit(static_cast<unsigned char>(text[0]))) return false;
    const auto is_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    const auto is_value = [](char c) { return c == '\t' || c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); };
    return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(equals), is_name) && std::all_of(text.begin(), text.end(), is_value) && is_text(text);
}

std::string shown(const std::vector<Word>& words) {
    std::string out;
    for (const auto& word : words) out += fmt::format("<{}{}>", word.is_variable ? "variable " : "", word.text);
    return out;
}

/// What a drop-in says, read by the rules of each directive.
Meaning read_meaning(std::string_view text) {
    static const std::set<std::string> with_specifiers = {"Unit.SourcePath", "Unit.Description", "Unit.Conflicts", "Unit.After"};
    Meaning said;
    std::size_t commands = 0;
    for (const auto& [section, key, value] : read_unit_file(text)) {
        const auto name = section + "." + key;
        if (name == "Service.Environment") {
            const auto more = read_assignments(value);
            said.assignments.insert(said.assignments.end(), more.begin(), more.end());
        } else if (name == "Service.ExecStart") {
            if (value.empty() != (commands++ == 0)) throw Unreadable{"ExecStart= is not: an empty one, then one command"};
            if (value.empty()) continue;
            const auto lines = read_command_lines(value);
            if (lines.size() != 1 || commands != 2) throw Unreadable{"more than one command"};
            said.command = lines[0];
        } else if (name == "Unit.RequiresMountsFor") {
            said.directives[name] = read_paths(value);
        } else {
            said.directives[name].push_back(with_specifiers.contains(name) ? read_text(value) : value);
        }
    }
    return said;
}

}  // namespace

bool is_text(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const auto lead = static_cast<unsigned char>(bytes[i]);
        const std::size_t length = lead < 0x80 ? 1 : (lead & 0xE0) == 0xC0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : (lead & 0xF8) == 0xF0 ? 4 : 0;
        if (length == 0 || i + length > bytes.size() || lead == 0) return false;
        std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
        for (std::size_t k = 1; k < length; ++k) {
            const auto byte = static_cast<unsigned char>(bytes[i + k]);
            if ((byte & 0xC0) != 0x80) return false;
            code = (code << 6) | (byte & 0x3FU);
        }
        constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        const bool is_character = code < 0x110000 && (code & 0xFFFFF800) != 0xD800 && !(code >= 0xFDD0 && code <= 0xFDEF) && (code & 0xFFFE) != 0xFFFE;
        if (code < least[length] || !is_character) return false;
        i += length;
    }
    return true;
}

std::vector<Directive> read_unit_file(std::string_view text) {
    FileReader reader;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(std::string_view{"\n\r\0", 3}), text.size());
        reader.physical_line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return reader.finish();
}

std::string read_text(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '%' && value.substr(i, 2) != "%%") throw Unreadable{fmt::format("a specifier: {}", value.substr(i, 2))};
        if (value[i] == '%') ++i;
        out += value[i];
    }
    return out;
}

std::vector<std::vector<Word>> read_command_lines(std::string_view value) {
    std::vector<std::vector<Word>> commands(1);
    for (Splitter words{value, true}; !words.at_end();) {
        if (words.take_bare(";"))
            commands.emplace_back();
        else if (words.take_bare("\\;"))
            commands.back().push_back({";", false});
        else
            commands.back().push_back(expanded(read_text(words.word())));
    }
    return commands;
}

std::vector<std::string> read_assignments(std::string_view value) {
    std::vector<std::string> assignments;
    for (Splitter words{value, true}; !words.at_end();) {
        assignments.push_back(read_text(words.word()));
        if (!is_assignment(assignments.back())) throw Unreadable{fmt::format("no valid assignment: {}", assignments.back())};
    }
    return assignments;
}

std::vector<std::string> read_paths(std::string_view value) {
    std::vector<std::string> paths;
    for (Splitter words{value, false}; !words.at_end();) {
        paths.push_back(read_text(words.word()));
        if (!paths.back().starts_with('/')) throw Unreadable{fmt::format("no absolute path: {}", paths.back())};
    }
    return paths;
}

std::string difference(std::string_view text, const Meaning& meant) {
    Meaning said;
    try {
        said = read_meaning(text);
    } catch (const Unreadable& unreadable) {
        return unreadable.problem;
    }
    for (const auto& [key, values] : said.directives)
        if (!meant.directives.contains(key)) return fmt::format("{}= is not meant: {}", key, values);
    for (const auto& [key, values] : meant.directives)
        if (!said.directives.contains(key) || said.directives[key] != values) return fmt::format("{}= is {}, meant is {}", key, said.directives[key], values);
    if (said.assignments != meant.assignments) return fmt::format("Environment= is {}, meant is {}", said.assignments, meant.assignments);
    if (said.command != meant.command) return fmt::format("ExecStart= is {}, meant is {}", shown(said.command), shown(meant.command));
    return {};
}

}  // namespace hal0::oracle
