#include "slot/toml_splice.hpp"

#include "slot/text.hpp"
#include "slot/toml_parse.hpp"
#include "slot/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace hal0::slot {
namespace {

using toml_text::Edit;
using toml_text::KeyPath;
using toml_text::KeyValue;

/// How far a path leads into a parsed document.
struct Walk {
    std::size_t tables = 0;            // how many leading parts of the path name existing tables; at most all but one
    const toml::node* node = nullptr;  // what the whole path names, if anything
};

Result<toml::table> parse(std::string_view text) {
    Diagnostics diagnostics;
    auto table = parse_toml("", text, diagnostics);
    if (table) return *std::move(table);
    const auto& problem = diagnostics.front();
    return Error{fmt::format("line {}: not valid TOML: {}", problem.place.line, problem.message)};
}

std::optional<Error> check_path(const KeyPath& path) {
    if (path.empty()) return Error{"the key path is empty"};
    const auto wrong = std::ranges::find_if_not(path, is_utf8);
    if (wrong == path.end()) return std::nullopt;
    return Error{fmt::format("part {} of the key path is not valid UTF-8", wrong - path.begin() + 1)};
}

std::optional<Error> check_value(const KeyPath& path, const TomlValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    const bool ok = text ? is_utf8(*text) : !list || std::ranges::all_of(*list, is_utf8);
    if (ok) return std::nullopt;
    return Error{fmt::format("the value for {} is not valid UTF-8", toml_text::write_path(path))};
}

std::string_view kind_of(const toml::node& node) {
    if (node.is_table()) return "a table";
    if (node.is_array_of_tables()) return "an array of tables";
    return node.is_array() ? "an array" : "a plain value";
}

Result<Walk> walk(const toml::table& root, const KeyPath& path) {
    const toml::table* table = &root;
    for (std::size_t depth = 0;; ++depth) {
        const toml::node* node = table->get(path[depth]);
        if (!node || depth + 1 == path.size()) return Walk{depth, node};
        table = node->as_table();
        if (table) continue;
        const KeyPath front(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth) + 1);
        return Error{fmt::format("line {}: {} is {}, so there can be no {}", node->source().begin.line,
                                 toml_text::write_path(front), kind_of(*node), toml_text::write_path(path))};
    }
}

bool same(const toml::node& left, const toml::node& right) {
    if (left.type() != right.type()) return false;
    return left.visit([&](const auto& typed) {
        using Node = std::remove_cvref_t<decltype(typed)>;
        const Node& other = *right.as<Node>();
        if constexpr (std::is_same_v<Node, toml::table>) {
            return typed.size() == other.size() && std::ranges::all_of(typed, [&](const auto& item) {
                const toml::node* match = other.get(item.first.str());
                return match && same(item.second, *match);
            });
        } else if constexpr (std::is_same_v<Node, toml::array>) {
            return std::ranges::equal(typed, other, same);
        } else if constexpr (std::is_same_v<Node, toml::value<double>>) {
            // Not ==: a NaN equals itself here, and the two zeros differ.
            return (std::isnan(typed.get()) && std::isnan(other.get()))
                || std::bit_cast<std::uint64_t>(typed.get()) == std::bit_cast<std::uint64_t>(other.get());
        } else {
            return typed.get() == other.get();
        }
    });
}

void assign(toml::table& table, const std::string& key, const TomlValue& value) {
    std::visit([&](const auto& typed) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(typed)>, std::vector<std::string>>) {
            toml::array list;
            for (const std::string& item : typed) list.push_back(item);
            table.insert_or_assign(key, std::move(list));
        } else {
            table.insert_or_assign(key, typed);
        }
    }, value);
}

std::string write_value(const TomlValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* number = std::get_if<double>(&value)) return toml_text::write_float(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return toml_text::write_string(*text);
    std::string out = "[";
    for (const std::string& item : std::get<std::vector<std::string>>(value)) {
        out += (out.size() > 1 ? ", " : "") + toml_text::write_string(item);
    }
    return out + "]";
}

/// The one safety net: whatever the scan or the edit got wrong, no text gets out that says anything else than asked.
Result<std::string> apply(std::string_view text, const Edit& edit, const toml::table& expected, const KeyPath& path) {
    std::string edited(text);
    edited.replace(edit.begin, edit.end - edit.begin, edit.text);
    const Result<toml::table> result = parse(edited);
    if (result && same(*result, expected)) return edited;
    return Error{fmt::format("line {}: {} cannot be changed without changing something else as well{}",
                             toml_text::line_of(text, edit.begin), toml_text::write_path(path),
                             result ? "" : " (" + result.error() + ")")};
}

Error not_a_value(const toml::node& node, const KeyPath& path) {
    return Error{fmt::format("line {}: {} is {} with sections or keys of its own, not a value",
                             node.source().begin.line, toml_text::write_path(path), kind_of(node))};
}

/// The table `path[0..depth)` of `root`; those that are missing are made.
toml::table& table_at(toml::table& root, const KeyPath& path, std::size_t depth) {
    toml::table* table = &root;
    for (std::size_t i = 0; i < depth; ++i) table = table->insert(path[i], toml::table{}).first->second.as_table();
    return *table;
}

}  // namespace

Result<std::string> set_value(std::string_view text, const std::vector<std::string>& path, const TomlValue& value) {
    if (auto wrong = check_path(path)) return *std::move(wrong);
    if (auto wrong = check_value(path, value)) return *std::move(wrong);
    auto before = parse(text);
    if (!before) return Error{before.error()};
    const auto way = walk(*before, path);
    if (!way) return Error{way.error()};

    toml::table expected = *before;
    toml::table& parent = table_at(expected, path, path.size() - 1);
    assign(parent, path.back(), value);
    if (!way->node) {
        return apply(text, toml_text::insert_entry(text, path, way->tables, write_value(value)), expected, path);
    }
    const auto position = toml_text::find_entry(text, path);
    if (!position) return not_a_value(*way->node, path);
    if (same(*way->node, *parent.get(path.back()))) return std::string(text);
    const KeyValue& entry = position->table.entries[position->entry];
    return apply(text, {entry.value_begin, entry.value_end, write_value(value)}, expected, path);
}

Result<std::string> remove_value(std::string_view text, const std::vector<std::string>& path) {
    if (auto wrong = check_path(path)) return *std::move(wrong);
    auto before = parse(text);
    if (!before) return Error{before.error()};
    const auto way = walk(*before, path);
    if (!way) return Error{way.error()};
    if (!way->node) return std::string(text);
    const auto position = toml_text::find_entry(text, path);
    if (!position) return not_a_value(*way->node, path);

    toml::table expected = *before;
    table_at(expected, path, path.size() - 1).erase(path.back());
    // Tables that only a dotted key made are gone with the last such key; those with a header or braces stay.
    const std::size_t dotted = position->table.entries[position->entry].key.size() - 1;
    for (std::size_t depth = path.size() - 1; depth >= path.size() - dotted; --depth) {
        if (!table_at(expected, path, depth).empty()) break;
        table_at(expected, path, depth - 1).erase(path[depth - 1]);
    }
    return apply(text, toml_text::remove_entry(text, *position), expected, path);
}

}  // namespace hal0::slot
