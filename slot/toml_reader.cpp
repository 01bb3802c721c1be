#include "slot/toml_reader.hpp"

#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hal0::slot {
namespace {

/// As TOML writes it: without a point or an exponent it would be a whole number.
std::string shown_float(double number) {
    auto text = fmt::format("{}", number);
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
}

std::string shown_value(const toml::node& node) {
    if (const auto* text = node.as_string()) return in_quotes(text->get());
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* number = node.as_floating_point()) return shown_float(number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    return node.is_table() ? "a table" : node.is_array() ? "a list" : "a date";
}

/// A text out of a TOML string that no other place takes: NUL ends it on a command line, and for the rest see text.hpp.
bool is_unusable(std::string_view text) { return text.find('\0') != std::string_view::npos || !is_utf8(text); }

}  // namespace

std::string shown_key(std::string_view key) {
    const auto bare = [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; };
    return !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), bare) ? std::string{key} : in_quotes(key);
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
    if (!text || is_unusable(text->get())) {
        wrong_type(key, *node, text ? "a string without NUL and code points that are no characters" : "a string in quotes");
        return std::nullopt;
    }
    return text->get();
}

std::optional<std::int64_t> TomlReader::integer(std::string_view key, const Range& range) {
    const auto* node = find(key);
    if (!node) return std::nullopt;
    const auto* number = node->as_integer();
    if (number && range.contains(number->get())) return number->get();
    wrong_type(key, *node, fmt::format("a whole number from {} to {}", range.least, range.most));
    return std::nullopt;
}

std::optional<double> TomlReader::number(std::string_view key) {
    const auto* node = find(key);
    if (!node) return std::nullopt;
    if (const auto* whole = node->as_integer()) return static_cast<double>(whole->get());
    const auto* number = node->as_floating_point();
    if (number && std::isfinite(number->get())) return number->get();
    wrong_type(key, *node, number ? "a finite number" : "a number");
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
        if (!text || texts.size() == 256 || is_unusable(text->get())) {
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

std::optional<Position> TomlReader::position(std::string_view key) {
    const auto* node = find(key);
    return node ? std::optional{position_of(node->source())} : std::nullopt;
}

Place TomlReader::place(std::string_view key) {
    const auto [line, column] = position(key).value_or(Position{});
    return {file_, line, column};
}

std::string TomlReader::dotted(std::string_view key) const { return prefix_ + shown_key(key); }

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
