#include "slot/toml_reader.hpp"

#include "slot/name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::slot {
namespace {

// A slot's file has some dozens of lines; a megabyte leaves room for a large registry and bounds the work at boot.
constexpr std::size_t largest_file = 1024 * 1024;

std::string shown_value(const toml::node& node) {
    if (const auto* text = node.as_string()) return quoted(text->get());
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    return node.is_table() ? "a table" : node.is_array() ? "a list" : "a date";
}

Place place_of(const std::string& file, const toml::source_region& region) {
    return {file, region.begin.line, region.begin.column};
}

/// Where a string or a comment that begins at `at` ends; where a line ends, for one that is not closed.
std::size_t skip_opaque(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const auto line_end = std::min(text.find('\n', at), text.size());
    if (quote == '#') return line_end;
    const std::string closing(text.substr(at).starts_with(std::string(3, quote)) ? 3 : 1, quote);
    for (at += closing.size(); at < (closing.size() == 3 ? text.size() : line_end); ++at) {
        if (quote == '"' && text[at] == '\\')
            ++at;
        else if (text.substr(at).starts_with(closing))
            return at + closing.size();
    }
    return std::min(at, text.size());
}

/// The line with a key of too many parts. toml++ makes a table of each part and destroys them recursively: a key of
/// 100 kB would overflow the stack. Counts the dots between two of `= , [ {` or line ends, outside of strings and comments.
std::optional<std::uint32_t> line_of_long_key(std::string_view text) {
    constexpr int most_dots = 64;
    std::uint32_t line = 1;
    int dots = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const auto next = c == '"' || c == '\'' || c == '#' ? skip_opaque(text, at) : at + 1;
        const auto lines = std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(next), '\n');
        line += static_cast<std::uint32_t>(lines);
        dots = lines > 0 || std::string_view{"=,[{"}.find(c) != std::string_view::npos ? 0 : dots + (c == '.' ? 1 : 0);
        if (dots > most_dots) return line;
        at = next;
    }
    return std::nullopt;
}

/// Whether a text out of a TOML string, which is UTF-8, holds what no other place takes: NUL, which D-Bus and command
/// lines do not know, or U+FDD0..U+FDEF or the last two code points of a plane: systemd drops a line with one of these.
bool holds_no_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool last_two = byte(i) == 0xEF && byte(i + 1) == 0xBF && byte(i + 2) >= 0xBE;
        const bool last_two_of_plane = byte(i) >= 0xF0 && (byte(i + 1) & 0x0F) == 0x0F && byte(i + 2) == 0xBF && byte(i + 3) >= 0xBE;
        const bool reserved = byte(i) == 0xEF && byte(i + 1) == 0xB7 && byte(i + 2) >= 0x90 && byte(i + 2) <= 0xAF;
        if (byte(i) == 0 || last_two || last_two_of_plane || reserved) return true;
    }
    return false;
}

/// A text with everything escaped that quoted() escapes, but quotes and backslashes, and of any length: toml++ shows
/// the characters that it did not expect, whatever they are.
std::string visible(std::string_view text) {
    const auto continues = [&](std::size_t at) { return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; };
    std::string out;
    while (!text.empty()) {
        std::size_t length = 1;
        while (continues(length)) ++length;
        const auto character = text.substr(0, length);
        const auto escaped = quoted(character);
        out += character == "\"" || character == "\\" ? std::string{character} : escaped.substr(1, escaped.size() - 2);
        text.remove_prefix(length);
    }
    return out;
}

}  // namespace

std::optional<toml::table> parse_toml(const std::string& file, std::string_view text, Diagnostics& diagnostics) {
    if (text.size() > largest_file) {
        diagnostics.push_back({Severity::error, {file}, "", "the file is larger than 1 MiB"});
        return std::nullopt;
    }
    if (const auto line = line_of_long_key(text)) {
        diagnostics.push_back({Severity::error, {file, *line}, "", "a key has more than 64 dots"});
        return std::nullopt;
    }
    try {
        return toml::parse(text, std::string_view{file});
    } catch (const toml::parse_error& problem) {
        diagnostics.push_back({Severity::error, place_of(file, problem.source()), "", visible(problem.description())});
        return std::nullopt;
    }
}

std::string shown_key(std::string_view key) {
    const auto bare = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), bare) ? std::string{key} : quoted(key);
}

bool TomlReader::was_asked_for(std::string_view key) const { return std::find(asked_.begin(), asked_.end(), key) != asked_.end(); }

bool TomlReader::remember(std::string_view key) {
    if (was_asked_for(key)) return false;
    asked_.push_back(key);
    return true;
}

const toml::node* TomlReader::find(std::string_view key) {
    const bool first_time = remember(key);
    const toml::node* found = nullptr;
    for (const auto* table : tables_) {
        const auto* node = table->get(key);
        if (node && found && first_time && !(node->is_table() && found->is_table()))
            diagnostics_.push_back({Severity::error, place_of(file_, node->source()), dotted(key),
                                    fmt::format("given twice: also in line {}", found->source().begin.line)});
        if (!found) found = node;
    }
    return found;
}

void TomlReader::wrong_type(std::string_view key, const toml::node& node, std::string_view wanted) {
    error(key, fmt::format("{} is not allowed: {}", shown_value(node), wanted));
}

std::optional<std::string> TomlReader::string(std::string_view key) {
    const auto* node = find(key);
    if (!node) return std::nullopt;
    const auto* text = node->as_string();
    if (!text || holds_no_character(text->get())) {
        wrong_type(key, *node, text ? "a string without NUL and code points that are no characters" : "a string in quotes");
        return std::nullopt;
    }
    return text->get();
}

std::optional<std::int64_t> TomlReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
    const auto* node = find(key);
    if (!node) return std::nullopt;
    const auto* number = node->as_integer();
    if (number && number->get() >= least && number->get() <= most) return number->get();
    wrong_type(key, *node, fmt::format("a whole number from {} to {}", least, most));
    return std::nullopt;
}

std::optional<double> TomlReader::number(std::string_view key) {
    const auto* node = find(key);
    if (!node) return std::nullopt;
    if (const auto* whole = node->as_integer()) return static_cast<double>(whole->get());
    const auto* number = node->as_floating_point();
    if (number && std::isfinite(number->get())) return number->get();
    wrong_type(key, *node, "a number");
    return std::nullopt;
}

std::optional<bool> TomlReader::boolean(std::string_view key) {
    const auto* node = find(key);
    if (!node) return std::nullopt;
    const auto* flag = node->as_boolean();
    if (!flag) wrong_type(key, *node, "true or false");
    return flag ? std::optional{flag->get()} : std::nullopt;
}

std::optional<std::vector<std::string>> TomlReader::strings(std::string_view key) {
    const auto* node = find(key);
    if (!node) return std::nullopt;
    const auto* list = node->as_array();
    if (!list) {
        wrong_type(key, *node, "a list of strings");
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (const auto& element : *list) {
        const auto* text = element.as_string();
        if (!text || texts.size() == 256 || holds_no_character(text->get())) {
            wrong_type(key, element, "a list of at most 256 strings, without NUL and code points that are no characters");
            return std::nullopt;
        }
        texts.push_back(text->get());
    }
    return texts;
}

TomlReader TomlReader::table(std::string_view key) {
    TomlReader inner{file_, diagnostics_, dotted(key) + "."};
    remember(key);
    for (const auto* table : tables_) {
        const auto* node = table->get(key);
        if (!node) continue;
        if (node->is_table())
            inner.add(*node->as_table());
        else
            diagnostics_.push_back({Severity::error, place_of(file_, node->source()), dotted(key),
                                    fmt::format("{} is not allowed: a table, [{}]", shown_value(*node), dotted(key))});
    }
    return inner;
}

bool TomlReader::has(std::string_view key) { return find(key) != nullptr; }

Place TomlReader::place(std::string_view key) {
    const auto* node = find(key);
    return node ? place_of(file_, node->source()) : Place{file_};
}

std::string TomlReader::dotted(std::string_view key) const { return prefix_ + shown_key(key); }

std::string TomlReader::quoted_value(std::string_view text) { return quoted(text); }

void TomlReader::error(std::string_view key, std::string message) {
    diagnostics_.push_back({Severity::error, place(key), dotted(key), std::move(message)});
}

void TomlReader::warn_about_unknown_keys() {
    for (const auto* table : tables_)
        for (const auto& [key, node] : *table)
            if (!was_asked_for(key.str()))
                diagnostics_.push_back({Severity::warning, place_of(file_, key.source()), dotted(key.str()), "unknown key, ignored"});
}

}  // namespace hal0::slot
