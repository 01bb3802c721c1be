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

bool has_only_utf8(const TomlValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return is_utf8(*text);
    if (const auto* items = std::get_if<TomlArray>(&value)) return std::ranges::all_of(*items, has_only_utf8);
    const auto* table = std::get_if<TomlInlineTable>(&value);
    return !table || std::ranges::all_of(*table, [](const auto& item) { return is_utf8(item.first) && has_only_utf8(item.second); });
}

std::optional<Error> check_value(const KeyPath& path, const TomlValue& value) {
    if (has_only_utf8(value)) return std::nullopt;
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

/// A value as toml++ has it.
template <class Scalar>
const Scalar& as_toml(const Scalar& value) { return value; }
toml::array as_toml(const TomlArray& items);

toml::table as_toml(const TomlInlineTable& items) {
    toml::table table;
    for (const auto& [key, item] : items) std::visit([&, &name = key](const auto& typed) { table.insert_or_assign(name, as_toml(typed)); }, item);
    return table;
}

toml::array as_toml(const TomlArray& items) {
    toml::array array;
    for (const TomlValue& item : items) std::visit([&](const auto& typed) { array.push_back(as_toml(typed)); }, item);
    return array;
}

std::string edited(std::string_view text, const Edit& edit) {
    std::string out(text);
    return out.replace(edit.begin, edit.end - edit.begin, edit.text);
}

/// The one safety net: whatever the scan or the edit got wrong, no text gets out that says anything else than asked.
Result<std::string> apply(std::string_view text, const Edit& edit, const toml::table& expected, const KeyPath& path) {
    std::string after = edited(text, edit);
    if (after.size() > largest_file) return Error{fmt::format("with {}, the file would be larger than 1 MiB", toml_text::write_path(path))};
    const Result<toml::table> result = parse(after);
    if (result && same(*result, expected)) return after;
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

/// Whether one of the tables above `path` (or none) has to go from `expected` for it to be what `text` says: tables that
/// only their last key's header implied go with it.
bool says(const std::string& text, toml::table expected, const KeyPath& path) {
    const Result<toml::table> result = parse(text);
    if (!result) return false;
    for (std::size_t depth = path.size() - 1;; --depth) {
        if (same(*result, expected)) return true;
        if (depth == 0 || !table_at(expected, path, depth).empty()) return false;
        table_at(expected, path, depth - 1).erase(path[depth - 1]);
    }
}

/// The edit that removes the first thing that stands for `path` or a part of it; nothing if there is none.
std::optional<Edit> first_of_tree(std::string_view text, const KeyPath& path) {
    const auto tables = toml_text::scan_document(text);
    for (std::size_t index = 0; index < tables.size(); ++index) {
        const auto& table = tables[index];
        if (table.kind == toml_text::TableKind::header && toml_text::starts_with(table.path, path))
            return toml_text::remove_section(text, tables, index);
        for (std::size_t entry = 0; entry < table.entries.size(); ++entry) {
            KeyPath full = table.path;
            full.insert(full.end(), table.entries[entry].key.begin(), table.entries[entry].key.end());
            if (toml_text::starts_with(full, path)) return toml_text::remove_entry(text, {table, entry});
        }
    }
    return std::nullopt;
}

/// Which of the tables are the sections of element `index` of `[[path]]`: its header, and what is below it.
std::vector<std::size_t> sections_of(std::string_view text, const std::vector<toml_text::Table>& tables, const KeyPath& path, std::size_t index) {
    std::vector<std::size_t> sections;
    std::size_t elements = 0;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables[i].kind != toml_text::TableKind::header || !toml_text::starts_with(tables[i].path, path)) continue;
        elements += tables[i].path == path && toml_text::is_element(text, tables[i]) ? 1 : 0;
        if (elements == index + 1) sections.push_back(i);
    }
    return sections;
}

// Each part that goes takes another look at the whole text: a bound on the work, far above what a file for people has.
constexpr std::size_t most_parts = 256;

Error too_many_parts(std::size_t line, const KeyPath& path) {
    return Error{fmt::format("line {}: {} stands in more than {} places: remove it in an editor", line, toml_text::write_path(path), most_parts)};
}

Error changes_more(std::size_t line, const KeyPath& path) {
    return Error{fmt::format("line {}: {} cannot be removed without changing something else as well", line, toml_text::write_path(path))};
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
    std::visit([&](const auto& typed) { parent.insert_or_assign(path.back(), as_toml(typed)); }, value);
    if (!way->node) {
        return apply(text, toml_text::insert_entry(text, path, way->tables, toml_text::write_value(value)), expected, path);
    }
    const auto position = toml_text::find_entry(text, path);
    if (!position) return not_a_value(*way->node, path);
    if (same(*way->node, *parent.get(path.back()))) return std::string(text);
    const KeyValue& entry = position->table.entries[position->entry];
    return apply(text, {entry.value_begin, entry.value_end, toml_text::write_value(value)}, expected, path);
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

Result<std::string> remove_tree(std::string_view text, const std::vector<std::string>& path) {
    if (auto wrong = check_path(path)) return *std::move(wrong);
    auto before = parse(text);
    if (!before) return Error{before.error()};
    const auto way = walk(*before, path);
    if (!way) return Error{way.error()};
    if (!way->node) return std::string(text);

    const std::size_t line = way->node->source().begin.line;
    std::string rest(text);
    std::size_t parts = 0;
    while (const auto edit = first_of_tree(rest, path)) {
        if (++parts > most_parts) return too_many_parts(line, path);
        rest = edited(rest, *edit);
    }
    table_at(*before, path, path.size() - 1).erase(path.back());
    return says(rest, *std::move(before), path) ? Result<std::string>{std::move(rest)} : changes_more(line, path);
}

Result<std::string> remove_element(std::string_view text, const std::vector<std::string>& path, std::size_t index) {
    if (auto wrong = check_path(path)) return *std::move(wrong);
    auto before = parse(text);
    if (!before) return Error{before.error()};
    const auto way = walk(*before, path);
    if (!way) return Error{way.error()};
    auto& parent = table_at(*before, path, path.size() - 1);
    auto* array = parent.get_as<toml::array>(path.back());
    if (!array || index >= array->size()) return Error{fmt::format("{} has no element {}", toml_text::write_path(path), index)};

    const std::size_t line = array->get(index)->source().begin.line;
    std::string rest(text);
    auto count = sections_of(rest, toml_text::scan_document(rest), path, index).size();
    if (count == 0) return Error{fmt::format("line {}: {} is written as a list, not as sections", line, toml_text::write_path(path))};
    if (count > most_parts) return too_many_parts(line, path);
    for (; count > 0; --count) {
        const auto tables = toml_text::scan_document(rest);  // from the last to the first, which is the element's header
        rest = edited(rest, toml_text::remove_section(rest, tables, sections_of(rest, tables, path, index).back()));
    }
    array->erase(array->begin() + static_cast<std::ptrdiff_t>(index));
    if (array->empty()) parent.erase(path.back());
    return says(rest, *std::move(before), path) ? Result<std::string>{std::move(rest)} : changes_more(line, path);
}

}  // namespace hal0::slot
