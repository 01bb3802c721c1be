// What must hold for every document, path and value, whatever the rules of placement say.

#include "slot/toml_splice.hpp"

#include "slot/toml_json.hpp"
#include "tests/slot/drop_empty_tables.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <toml++/toml.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {
namespace {

using namespace std::string_literals;
using Path = std::vector<std::string>;

const std::vector<std::string> documents{
    "",
    "\xEF\xBB\xBF",
    "\n",
    "# only a comment\n",
    "# no newline",
    "port = 8080\n",
    "port = 8080",
    "\xEF\xBB\xBFport = 8080 # c\r\nhost = '::1'\r\n",
    "# top\n\nport = 1\n\n# about model\n[model]\ndefault = \"q\" # c\n",
    "[model]\n[slot]\n[slot.model]\n",
    "[model]",
    "[model]\r\ndefault = 'x'\r\n\r\n# end",
    "# a\n# b\n[model] # h\n  default = 'x'\n\n\n[z]\n  [z.y]\n    x = 1\n",
    "model.default = 'x'\nport = 1\n[z]\n",
    "model = { default = 'x' }\nslot = {}\n",
    "model = { }\nslot = { model = { default = [ 1, {} ] }, b.c = '}' }",
    "[slot]\nmodel.default = 'x'\nmodel.list = [\n  'a', # ]\n  'b',\n]\n# end\n",
    "[slot.model]\ndefault = 1\n",
    "[slot.model.deep]\nx = 1\n[slot]\ny = 1\n",
    "[[model]]\ndefault = 1\n[[model]]\n[slot]\na = 1\n",
    "[[slot.model]]\ndefault = 1\n",
    "port = \"\"\"\n[model]\ndefault = 1\n\"\"\"\n[slot]\nx = '''\n# no\n'''\n",
    "'port' = 1\n\"model\".'default' = 2\n\"new key\" = 3\n",
    "\"ä\" = 'ö'\n[\"ü\"]\n'ß' = { 'é' = '😀', port = 1 } # ñ\n",
    "d = 1979-05-27 07:32:00 # c\nt = 07:32:00\no = 1979-05-27T07:32:00Z\nf = [ 1e3, -inf, nan, 0x1F ]\n",
    "port = 1\r\n\r\n[model]\r\n  default = [\r\n    'a',\r\n  ]\r\n  temperature = 0.7\r\n",
    "slot.a.b = 1\nslot.a.c = 2\n[slot.d]\ne = 3\n",
    "[a]\nb.c = 1\n[a.d]\ne = 2\n[[a.f]]\ng = 3\n",
    "port=1#c\n[model]#d\ndefault=''#e\n",
    "\tport = 1\n \t[model]\n\t\tdefault = 1\n\n   # tail\n  ",
    "model = 'not a table'\nslot = [ 1, 2 ]\n",
};

const std::vector<Path> paths{
    {"port"}, {"new key"}, {""}, {"model"}, {"model", "default"}, {"model", "new"}, {"slot", "a"}, {"slot", "a", "x"},
    {"slot", "model", "default"}, {"slot", "model", "new.key"}, {"slot", "d", "x"}, {"slot", "n", "e", "w"},
    {"a", "b", "x"}, {"a", "f", "g"}, {"ü", "ß", "x"}, {"z", "x"}};

const std::vector<TomlValue> values{
    true, std::int64_t{-7}, 2.0, 1e300, ""s, "ü\"\\\n\x01"s, Path{}, Path{"]", "#", "\"\"\""},
    TomlArray{true, std::int64_t{1}, 0.5, TomlArray{}, TomlInlineTable{{"}", "# "s}, {"b", TomlArray{TomlInlineTable{}}}}}};

bool equals(const toml::node& node, const TomlValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return node.value_exact<bool>() == *flag;
    if (const auto* number = std::get_if<std::int64_t>(&value)) return node.value_exact<std::int64_t>() == *number;
    if (const auto* number = std::get_if<double>(&value)) return node.value_exact<double>() == *number;
    if (const auto* text = std::get_if<std::string>(&value)) return node.value_exact<std::string>() == *text;
    if (const auto* list = std::get_if<TomlArray>(&value)) return node.is_array() && std::ranges::equal(*node.as_array(), *list, equals);
    const auto& pairs = std::get<TomlInlineTable>(value);
    return node.is_table() && node.as_table()->size() == pairs.size() && std::ranges::all_of(pairs, [&](const auto& pair) {
        const auto* item = node.as_table()->get(pair.first);
        return item && equals(*item, pair.second);
    });
}

/// What `path` leads to: the innermost node that exists, and how many parts of the path were needed for it.
struct Target {
    const toml::node* node;
    std::size_t depth = 0;
    bool braces = false;  // whether the way leads through an inline table
};

Target follow(const toml::table& root, const Path& path) {
    Target target{&root};
    for (; target.depth < path.size() && target.node->is_table(); ++target.depth) {
        const toml::node* next = target.node->as_table()->get(path[target.depth]);
        if (!next) break;
        target.node = next;
        target.braces |= next->is_table() && next->as_table()->is_inline();
    }
    return target;
}

/// In what the documents hold, only a table in braces and no array of tables is a value.
bool is_value(const toml::node& node) {
    return node.is_table() ? node.as_table()->is_inline() : !node.is_array_of_tables();
}

bool settable(const Target& target, const Path& path) {
    return target.depth == path.size() ? is_value(*target.node) : target.node->is_table();
}

/// A table that is only implied by the headers of its sub-tables: a new key then needs a header, and that one stays.
bool only_implied(const Target& target) {
    const toml::table& table = *target.node->as_table();
    return target.depth > 0 && !table.is_inline() && !table.empty()
        && std::ranges::all_of(table, [&](const auto& item) {
               return (item.second.is_table() || item.second.is_array_of_tables())
                   && item.second.source().begin == table.source().begin;
           });
}

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::vector<std::string> bare_lines_of(std::string_view text) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::vector<std::string> lines(1);
    for (const char c : text) {
        if (c == '\n') lines.emplace_back();
        else if (c != '\r') lines.back() += c;
    }
    return lines;
}

/// How many lines of `before` are not, in order, at the front or at the back of `after`.
std::size_t lines_lost(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    const std::size_t most = std::min(before.size(), after.size());
    std::size_t front = 0;
    while (front < most && before[front] == after[front]) ++front;
    std::size_t back = 0;
    while (back < most - front && before[before.size() - 1 - back] == after[after.size() - 1 - back]) ++back;
    return before.size() - front - back;
}

bool has_bare_newline(std::string_view text) {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        if (at == 0 || text[at - 1] != '\r') return true;
    }
    return false;
}

/// How many lines an edit may change: those of the old value, that of the braces, none for a new line.
std::size_t changeable(const Target& target, const Path& path) {
    const toml::source_region& region = target.node->source();
    if (target.depth == path.size()) return region.end.line - region.begin.line + 1;
    return target.braces ? 1 : 0;
}

TEST(TomlSpliceProperty, SettingChangesOneValueAndNothingElse) {
    std::size_t set = 0, refused = 0;
    for (const std::string& text : documents)
        for (const Path& path : paths)
            for (const TomlValue& value : values) {
                const toml::table before = toml::parse(text);
                const Target old = follow(before, path);
                SCOPED_TRACE(text + "\n-- " + testing::PrintToString(path) + " #" + std::to_string(value.index()));
                const auto result = set_value(text, path, value);
                ASSERT_EQ(static_cast<bool>(result), settable(old, path));
                if (!result) { ++refused; continue; }
                ++set;
                const toml::table after = toml::parse(*result);
                const Target now = follow(after, path);
                ASSERT_EQ(now.depth, path.size());
                EXPECT_TRUE(equals(*now.node, value)) << *result;
                EXPECT_LE(lines_lost(bare_lines_of(text), bare_lines_of(*result)), changeable(old, path)) << *result;
                EXPECT_EQ(result->starts_with(byte_order_mark), text.starts_with(byte_order_mark));
                EXPECT_FALSE(text.find('\r') != std::string::npos && has_bare_newline(*result)) << *result;
                const auto again = set_value(*result, path, value);
                ASSERT_TRUE(again) << again.error();
                EXPECT_EQ(*again, *result);
            }
    EXPECT_GT(set, 3000u);
    EXPECT_GT(refused, 200u);
}

TEST(TomlSpliceProperty, RemovingANewKeyOfAnExistingTableRestoresEveryByte) {
    std::size_t restored = 0;
    for (const std::string& text : documents)
        for (const Path& path : paths)
            for (const TomlValue& value : values) {
                const toml::table before = toml::parse(text);
                const Target old = follow(before, path);
                if (old.depth + 1 != path.size() || !settable(old, path) || only_implied(old)) continue;
                const auto with = set_value(text, path, value);
                ASSERT_TRUE(with) << with.error();
                const auto without = remove_value(*with, path);
                ASSERT_TRUE(without) << without.error();
                EXPECT_EQ(*without, text) << *with;
                ++restored;
            }
    EXPECT_GT(restored, 800u);
}

void collect_values(const toml::table& table, const Path& front, std::vector<Path>& found) {
    for (const auto& [key, node] : table) {
        Path path = front;
        path.emplace_back(key.str());
        if (node.is_table()) collect_values(*node.as_table(), path, found);
        if (is_value(node)) found.push_back(path);
    }
}

TEST(TomlSpliceProperty, RemovingAnExistingKeyTakesItsLinesOnly) {
    std::size_t removed = 0;
    for (const std::string& text : documents) {
        const toml::table before = toml::parse(text);
        std::vector<Path> keys;
        collect_values(before, {}, keys);
        for (const Path& path : keys) {
            SCOPED_TRACE(testing::Message() << text << "\n-- " << testing::PrintToString(path));
            const Target old = follow(before, path);
            const auto result = remove_value(text, path);
            ASSERT_TRUE(result) << result.error();
            const toml::table after = toml::parse(*result);
            EXPECT_LT(follow(after, path).depth, path.size());
            const auto most = old.node->source().end.line - old.node->source().begin.line + 1;
            EXPECT_LE(lines_lost(bare_lines_of(text), bare_lines_of(*result)), most) << *result;
            const auto again = remove_value(*result, path);
            ASSERT_TRUE(again) << again.error();
            EXPECT_EQ(*again, *result);
            ++removed;
        }
    }
    EXPECT_GT(removed, 50u);
}

bool ends_in_blank_line(const std::string& text) {
    auto lines = bare_lines_of(text);
    if (lines.size() > 1 && lines.back().empty()) lines.pop_back();
    return lines.back().find_first_not_of(' ') == std::string::npos && text.find('\n') != std::string::npos;
}

TEST(TomlSpliceProperty, RemovingTheTreeThatWasAddedRestoresEveryByte) {
    std::size_t restored = 0;
    for (const std::string& text : documents)
        for (const Path& path : paths)
            for (const TomlValue& value : values) {
                const toml::table before = toml::parse(text);
                const Target old = follow(before, path);
                if (old.depth == path.size() || !settable(old, path)) continue;
                if (old.depth + 1 == path.size() && only_implied(old)) continue;
                // A blank line that was there cannot be told from the one that sets off a new section.
                if (ends_in_blank_line(text)) continue;
                const auto with = set_value(text, path, value);
                ASSERT_TRUE(with) << with.error();
                const Path added(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(old.depth) + 1);
                const auto without = remove_tree(*with, added);
                ASSERT_TRUE(without) << without.error() << "\n" << *with;
                EXPECT_EQ(*without, text) << *with;
                ++restored;
            }
    EXPECT_GT(restored, 2000u);
}

void collect_keys(const toml::table& table, const Path& front, std::vector<Path>& found) {
    for (const auto& [key, node] : table) {
        Path path = front;
        path.emplace_back(key.str());
        if (node.is_table()) collect_keys(*node.as_table(), path, found);
        found.push_back(path);
    }
}

nlohmann::json read_toml(const std::string& text) {
    Diagnostics diagnostics;
    return json_of_toml("", text, diagnostics).value_or(nlohmann::json{});
}

bool is_part_of(const std::vector<std::string>& lines, const std::vector<std::string>& all) {
    auto at = all.begin();
    for (const std::string& line : lines) {
        at = std::find(at, all.end(), line);
        if (at == all.end()) return false;
        ++at;
    }
    return true;
}

TEST(TomlSpliceProperty, RemovingATreeTakesItAndNothingElse) {
    std::size_t removed = 0;
    for (const std::string& text : documents) {
        const toml::table before = toml::parse(text);
        std::vector<Path> keys;
        collect_keys(before, {}, keys);
        for (const Path& path : keys) {
            SCOPED_TRACE(testing::Message() << text << "\n-- " << testing::PrintToString(path));
            const auto result = remove_tree(text, path);
            ASSERT_TRUE(result) << result.error();
            auto expected = read_toml(text);
            auto* parent = &expected;
            for (std::size_t i = 0; i + 1 < path.size(); ++i) parent = &(*parent)[path[i]];
            parent->erase(path.back());
            auto actual = read_toml(*result);
            drop_empty_tables(expected);
            drop_empty_tables(actual);
            EXPECT_EQ(actual, expected) << *result;
            const Path table(path.begin(), path.end() - 1);
            const Target holder = follow(before, table);
            if (!holder.braces && !result->empty()) { EXPECT_TRUE(is_part_of(bare_lines_of(*result), bare_lines_of(text))) << *result; }
            EXPECT_EQ(result->starts_with(byte_order_mark), text.starts_with(byte_order_mark));
            EXPECT_FALSE(text.find('\r') != std::string::npos && has_bare_newline(*result)) << *result;
            const auto again = remove_tree(*result, path);
            ASSERT_TRUE(again) << again.error();
            EXPECT_EQ(*again, *result);
            ++removed;
        }
    }
    EXPECT_GT(removed, 80u);
}

}  // namespace
}  // namespace hal0::slot
