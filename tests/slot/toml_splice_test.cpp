#include "slot/toml_splice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace hal0::slot {
namespace {

using namespace std::string_literals;
using Path = std::vector<std::string>;

struct SetCase {
    std::string rule, before;
    Path path;
    TomlValue value;
    std::string after;
};

void expect_set(const std::vector<SetCase>& cases) {
    for (const SetCase& c : cases) {
        SCOPED_TRACE(c.rule + ":\n" + c.before);
        const auto result = set_value(c.before, c.path, c.value);
        if (!result) ADD_FAILURE() << result.error();
        else EXPECT_EQ(*result, c.after);
    }
}

struct RemoveKeyCase {
    std::string rule, before;
    Path path;
    std::string after;
};

void expect_removed(const std::vector<RemoveKeyCase>& cases) {
    for (const RemoveKeyCase& c : cases) {
        SCOPED_TRACE(c.rule + ":\n" + c.before);
        const auto result = remove_value(c.before, c.path);
        if (!result) ADD_FAILURE() << result.error();
        else EXPECT_EQ(*result, c.after);
    }
}

const Path port{"port"};
const TomlValue one = std::int64_t{1};
const TomlValue new_port = std::int64_t{9000};

TEST(TomlSplice, ReplacesOnlyTheBytesOfAnExistingValue) {
    expect_set({
        {"number, comment", "# top\n port  =  8080   # why\nx = 1\n", port, new_port,
         "# top\n port  =  9000   # why\nx = 1\n"},
        {"comment close by", "port = 8080# why\n", port, new_port, "port = 9000# why\n"},
        {"no final newline", "port = 8080", port, new_port, "port = 9000"},
        {"non-ASCII before it", "\"ü\" = \"ö€😀\"\nm = { \"€\" = 'ß', port = 1 } # ü\n", {"m", "port"}, new_port,
         "\"ü\" = \"ö€😀\"\nm = { \"€\" = 'ß', port = 9000 } # ü\n"},
        {"CRLF", "port = 8080\r\nx = 1\r\n", port, new_port, "port = 9000\r\nx = 1\r\n"},
        {"BOM", "\xEF\xBB\xBFport = 8080\n", port, new_port, "\xEF\xBB\xBFport = 9000\n"},
        {"multi-line string", "port = \"\"\"a\n# no\n[no]\\\n\"x\"\"\"\"\" # c\nx = 1\n", port, new_port,
         "port = 9000 # c\nx = 1\n"},
        {"multi-line literal", "port = '''a\nport = 2'''''\nx = 1\n", port, new_port, "port = 9000\nx = 1\n"},
        {"empty multi-line string", "port = \"\"\"\"\"\"\nx = ''\n", port, new_port, "port = 9000\nx = ''\n"},
        {"array", "port = [ # ]\n  \"]\", ['#', {a = '}'}],\n] # c\nx = 1\n", port, new_port,
         "port = 9000 # c\nx = 1\n"},
        {"inline table", "port = { a = [ 1, { b = 2 } ], c = '}' } # c\n", port, new_port, "port = 9000 # c\n"},
        {"inline array of tables", "port = [ {a = 1}, {a = 2} ]\n", port, new_port, "port = 9000\n"},
        {"date with a space", "port = 1979-05-27 07:32:00 # c\n", port, new_port, "port = 9000 # c\n"},
        {"escaped quotes", "port = \"a\\\\\\\"#\" # \"\n", port, new_port, "port = 9000 # \"\n"},
        {"backslash in a literal", "m = { a = 'C:\\', port = 1 }\n", {"m", "port"}, new_port,
         "m = { a = 'C:\\', port = 9000 }\n"},
        {"literal key", "'a\\u0041' = 1\n", {"a\\u0041"}, new_port, "'a\\u0041' = 9000\n"},
        {"in a section", "port = 1\n[a]\nport = 2\n[b]\nport = 3\n", {"a", "port"}, new_port,
         "port = 1\n[a]\nport = 9000\n[b]\nport = 3\n"},
        {"sub-section", "[ a . \"b c\" ] # h\nport=2\n", {"a", "b c", "port"}, new_port,
         "[ a . \"b c\" ] # h\nport=9000\n"},
        {"dotted", "[a]\nb . c = 1\nb.d = 2\n", {"a", "b", "c"}, new_port, "[a]\nb . c = 9000\nb.d = 2\n"},
        {"dotted in nested braces", "m = { a.b = { c = 1 }, d = 2 }\n", {"m", "a", "b", "c"}, new_port,
         "m = { a.b = { c = 9000 }, d = 2 }\n"},
        {"quoted keys", "'a.b' = 1\na.b = 2\n\"x\\u0041\\\"\" = 3\n", {"xA\""}, new_port,
         "'a.b' = 1\na.b = 2\n\"x\\u0041\\\"\" = 9000\n"},
        {"dot in a quoted key", "a.b = 2\n'a.b' = 1\n", {"a.b"}, new_port, "a.b = 2\n'a.b' = 9000\n"},
        {"after an array of tables", "[[s]]\nport = 1\n[s.t]\nport = 2\n[z]\nport = 3\n", {"z", "port"}, new_port,
         "[[s]]\nport = 1\n[s.t]\nport = 2\n[z]\nport = 9000\n"},
    });
}

TEST(TomlSplice, LeavesAnEqualValueAsItIsSpelled) {
    expect_set({
        {"hexadecimal", "port = 0x1F_90 # c\n", port, std::int64_t{8080}, "port = 0x1F_90 # c\n"},
        {"literal string", "port = 'a'\n", port, "a"s, "port = 'a'\n"},
        {"array with comments", "port = [ 'a', # one\n 'b' ]\n", port, Path{"a", "b"}, "port = [ 'a', # one\n 'b' ]\n"},
        {"nan", "port = +nan\n", port, -std::nan(""), "port = +nan\n"},
        {"but an integer is no float", "port = 1\n", port, 1.0, "port = 1.0\n"},
        {"nor is zero negative", "port = 0.0\n", port, -0.0, "port = -0.0\n"},
        {"nor an array its front", "port = [ 'a', 'b' ]\n", port, Path{"a"}, "port = [\"a\"]\n"},
    });
}

TEST(TomlSplice, AddsATopLevelKey) {
    expect_set({
        {"after the last, above the header's comment",
         "a = 1\n\n# note\nb = [\n 2,\n] # c\n# about t\n[t]\nc = 3\n", port, one,
         "a = 1\n\n# note\nb = [\n 2,\n] # c\nport = 1\n# about t\n[t]\nc = 3\n"},
        {"first, above a header's comment", "# file\n\n  # t1\n# t2\n[t]\nc = 3\n", port, one,
         "# file\n\nport = 1\n  # t1\n# t2\n[t]\nc = 3\n"},
        {"first, above a header", "[t]\nc = 3\n", port, one, "port = 1\n[t]\nc = 3\n"},
        {"first, BOM, comment", "\xEF\xBB\xBF# t\r\n[[t]]\r\n", port, one, "\xEF\xBB\xBFport = 1\r\n# t\r\n[[t]]\r\n"},
        {"empty", "", port, one, "port = 1\n"},
        {"BOM only", "\xEF\xBB\xBF", port, one, "\xEF\xBB\xBFport = 1\n"},
        {"comments only", "# a\n\n# b\n", port, one, "# a\n\n# b\nport = 1\n"},
        {"comment, no final newline", "# a", port, one, "# a\nport = 1"},
        {"no final newline, CRLF", "a = 1\r\nb = 2", port, one, "a = 1\r\nb = 2\r\nport = 1"},
        {"indented", "a = 1\n\t b = 2\n", port, one, "a = 1\n\t b = 2\n\t port = 1\n"},
        {"quoted", "a = 1\n", {"ü \"\\\n"}, one, "a = 1\n\"ü \\\"\\\\\\n\" = 1\n"},
        {"empty name", "a = 1\n", {""}, one, "a = 1\n\"\" = 1\n"},
    });
}

TEST(TomlSplice, AddsAKeyToATable) {
    const Path path{"model", "x"};
    expect_set({
        {"section", "[model]\n  a = 1 # c\n\n# about b\n[b]\nc = 3\n", path, one,
         "[model]\n  a = 1 # c\n  x = 1\n\n# about b\n[b]\nc = 3\n"},
        {"not its sub-section", "[model]\na = 1\n[model.sub]\nb = 2\n", path, one,
         "[model]\na = 1\nx = 1\n[model.sub]\nb = 2\n"},
        {"empty section", "\n  [model] # h\n# c\n", path, one, "\n  [model] # h\n  x = 1\n# c\n"},
        {"header is the last line", "a = 1\r\n[model]", path, one, "a = 1\r\n[model]\r\nx = 1"},
        {"dotted", "model.a = 1 # c\nb = 2\nmodel.c.d = 3\n# e\ne = 4\n", path, one,
         "model.a = 1 # c\nb = 2\nmodel.c.d = 3\nmodel.x = 1\n# e\ne = 4\n"},
        {"dotted in a section", "[s]\n \"m n\".a = 1\nb = 2\n", {"s", "m n", "x"}, one,
         "[s]\n \"m n\".a = 1\n \"m n\".x = 1\nb = 2\n"},
        {"dotted, table missing", "model.a = 1\nb = 2\n", {"model", "y", "x"}, one,
         "model.a = 1\nmodel.y.x = 1\nb = 2\n"},
        {"braces", "model = { a = \"}\" } # c\n", path, one, "model = { a = \"}\", x = 1 } # c\n"},
        {"tight braces", "model={a=1}\n", path, one, "model={a=1, x = 1}\n"},
        {"empty braces", "model = {}\n", path, one, "model = {x = 1}\n"},
        {"empty spaced braces", "model = { }\n", path, one, "model = { x = 1 }\n"},
        {"dotted in braces", "model = { a.b = 1, c = 2 }\n", {"model", "a", "x"}, one,
         "model = { a.b = 1, a.x = 1, c = 2 }\n"},
        {"braces, table missing", "model = { a = 1 }\n", {"model", "y", "x"}, one, "model = { a = 1, y.x = 1 }\n"},
        {"nested braces", "s.model = { y = { a = [ {} ] }, b = 2 }\n", {"s", "model", "y", "x"}, one,
         "s.model = { y = { a = [ {} ], x = 1 }, b = 2 }\n"},
    });
}

TEST(TomlSplice, AddsASectionForAMissingTable) {
    const Path path{"slot", "model", "x"};
    expect_set({
        {"empty", "", path, one, "[slot.model]\nx = 1\n"},
        {"BOM only", "\xEF\xBB\xBF", path, one, "\xEF\xBB\xBF[slot.model]\nx = 1\n"},
        {"one blank line", "a = 1\n", path, one, "a = 1\n\n[slot.model]\nx = 1\n"},
        {"blank line is there", "a = 1\r\n \t\r\n", path, one, "a = 1\r\n \t\r\n[slot.model]\r\nx = 1\r\n"},
        {"a newline only", "\n", path, one, "\n[slot.model]\nx = 1\n"},
        {"no final newline", "a = 1\r\nb = 2", path, one, "a = 1\r\nb = 2\r\n\r\n[slot.model]\r\nx = 1"},
        {"white space without newline", "a = 1\n  ", path, one, "a = 1\n  \n[slot.model]\nx = 1"},
        {"parent section", "[slot]\na = 1\n", path, one, "[slot]\na = 1\n\n[slot.model]\nx = 1\n"},
        {"parent by dotted keys", "slot.a = 1\n", path, one, "slot.a = 1\nslot.model.x = 1\n"},
        {"parent in braces", "slot = {}\n", path, one, "slot = {model.x = 1}\n"},
        {"implied by a sub-section", "[slot.model.y]\na = 1\n", path, one,
         "[slot.model.y]\na = 1\n\n[slot.model]\nx = 1\n"},
        {"implied by an array of tables", "[[slot.model.y]]\na = 1\n", path, one,
         "[[slot.model.y]]\na = 1\n\n[slot.model]\nx = 1\n"},
        {"sub-section of a dotted table", "s.a.b = 1\n[s.a.c]\nd = 1\n", {"s", "a", "c", "e", "x"}, one,
         "s.a.b = 1\n[s.a.c]\nd = 1\n\n[s.a.c.e]\nx = 1\n"},
        {"quoted", "", {"a b", "", "c-d", "x"}, one, "[\"a b\".\"\".c-d]\nx = 1\n"},
    });
}

TEST(TomlSplice, SpellsValues) {
    const double least = std::numeric_limits<double>::denorm_min();
    const double inf = std::numeric_limits<double>::infinity();
    const std::vector<std::pair<TomlValue, std::string>> cases{
        {true, "true"}, {false, "false"}, {std::numeric_limits<std::int64_t>::min(), "-9223372036854775808"},
        {1.0, "1.0"}, {-0.0, "-0.0"}, {0.1, "0.1"}, {100000.0, "100000.0"}, {1e22, "1e+22"},
        {1.0 / 3, "0.3333333333333333"}, {least, "5e-324"}, {inf, "inf"}, {-inf, "-inf"}, {std::nan(""), "nan"},
        {""s, R"("")"}, {"a\"b\\c"s, R"("a\"b\\c")"},
        {"\b\t\n\f\r"s, R"("\b\t\n\f\r")"}, {"\0\x01\x1F\x7F"s, R"("\u0000\u0001\u001F\u007F")"},
        {"ü€😀\u2028'"s, "\"ü€😀\u2028'\""}, {Path{}, "[]"}, {Path{"a", "b\n", ""}, R"(["a", "b\n", ""])"}};
    for (const auto& [value, spelled] : cases) {
        expect_set({{spelled, "x = 7\n", {"x"}, value, "x = " + spelled + "\n"}});
    }
}

TEST(TomlSplice, RemovesAKey) {
    expect_removed({
        {"line and comment", "# a\n  port = 1 # c\n\nx = 2\n", port, "# a\n\nx = 2\n"},
        {"several lines", "a = 1\r\nport = [\r\n 1, # c\r\n] # d\r\n# e\r\n", port, "a = 1\r\n# e\r\n"},
        {"only line, BOM", "\xEF\xBB\xBFport = 1\n", port, "\xEF\xBB\xBF"},
        {"only line, no final newline", "port = 1", port, ""},
        {"last line, no final newline", "a = 1\r\nport = 2", port, "a = 1"},
        {"header stays", "[a]\nport = 1\n[b]\n", {"a", "port"}, "[a]\n[b]\n"},
        {"dotted", "a.b = 1\na.port = 2\n", {"a", "port"}, "a.b = 1\n"},
        {"last dotted", "x = 1\na.b.port = 2\n", {"a", "b", "port"}, "x = 1\n"},
        {"last dotted, sub-section left", "a.b.port = 2\n[a.b.c]\n", {"a", "b", "port"}, "[a.b.c]\n"},
        {"braces, first", "m = { port = 1, b = 2 }\n", {"m", "port"}, "m = { b = 2 }\n"},
        {"braces, middle", "m = { a = 1 , port = [ 1, 2 ], b = 2 } # c\n", {"m", "port"}, "m = { a = 1, b = 2 } # c\n"},
        {"braces, last", "m = {a=1,port=2}\n", {"m", "port"}, "m = {a=1}\n"},
        {"braces, only", "m = { port = 1 }\n", {"m", "port"}, "m = { }\n"},
        {"braces, only dotted", "m = {a.b.port = 1}\n", {"m", "a", "b", "port"}, "m = {}\n"},
        {"whole inline table", "m = { port = 1 }\nx = 1\n", {"m"}, "x = 1\n"},
        {"absent key", "x = 1\n[m]", port, "x = 1\n[m]"},
        {"absent table", "x = 1\n", {"m", "port"}, "x = 1\n"},
    });
}

TEST(TomlSplice, SaysWhatIsInTheWayAndWhere) {
    struct Case {
        std::string text;
        Path path;
        std::string error;
    };
    const std::string sections = " with sections or keys of its own, not a value";
    const std::vector<Case> cases{
        {"x = 1\n[[a]]\nb = 1\n", {"a", "b"}, "line 2: a is an array of tables, so there can be no a.b"},
        {"x = 1\n[[a]]\n[a.b]\n", {"a", "b", "c"}, "line 2: a is an array of tables, so there can be no a.b.c"},
        {"a = [ {b = 1} ]\n", {"a", "b"}, "line 1: a is an array of tables, so there can be no a.b"},
        {"\n\na = [ 1 ]\n", {"a", "b"}, "line 3: a is an array, so there can be no a.b"},
        {"[m]\r\n\"a b\" = 1\r\n", {"m", "a b", "c"},
         "line 2: m.\"a b\" is a plain value, so there can be no m.\"a b\".c"},
        {"x = 1\n[m]\n", {"m"}, "line 2: m is a table" + sections},
        {"x = 1\n\n[m.n]\n", {"m"}, "line 3: m is a table" + sections},
        {"m.a = 1\n", {"m"}, "line 1: m is a table" + sections},
        {"s = { m.a = 1 }\n", {"s", "m"}, "line 1: s.m is a table" + sections},
        {"\n[[a]]\n", {"a"}, "line 2: a is an array of tables" + sections},
        {"x = 1\n", {}, "the key path is empty"},
        {"x = 1\n", {"a", "\xC3"}, "part 2 of the key path is not valid UTF-8"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        const auto set = set_value(c.text, c.path, one);
        const auto removed = remove_value(c.text, c.path);
        ASSERT_FALSE(set);
        ASSERT_FALSE(removed);
        EXPECT_EQ(set.error(), c.error);
        EXPECT_EQ(removed.error(), c.error);
    }
}

TEST(TomlSplice, RefusesATextThatIsNotToml) {
    const std::vector<std::pair<std::string, std::string>> broken{
        {"x = 1\ny = \n", "line 2"}, {"x = 1\n\nx = 2\n", "line 3"}, {"y = \"\xED\xA0\x80\"\n", "line 1"},
        {"x = 1\n\x01\n", "line 2"}, {"'a\tb' = 1\n'a\tb' = 2\n", "line 2"},
        {"x = 1\r\n\r\n\r\nm = { a = 1, }\r\n", "line 4"}, {"x = 1\ry = 2\n", "line 1"}};
    for (const auto& [text, line] : broken) {
        SCOPED_TRACE(text);
        const auto set = set_value(text, {"z"}, one);
        const auto removed = remove_value(text, {"z"});
        ASSERT_FALSE(set);
        ASSERT_FALSE(removed);
        EXPECT_TRUE(set.error().starts_with(line + ": not valid TOML: ")) << set.error();
        EXPECT_EQ(set.error(), removed.error());
        EXPECT_TRUE(std::ranges::all_of(set.error(), [](char c) { return static_cast<unsigned char>(c) >= 0x20; }));
    }
}

TEST(TomlSplice, RefusesAnEditAfterWhichTheTextIsNotToml) {
    // The parser limits how deep values nest: a number still fits into these braces, an array does not.
    std::string text = "1";
    for (int depth = 0; depth < 128; ++depth) text = "{a = " + text + "}";
    text = "# deep\na = " + text;
    const Path path(129, "a");
    EXPECT_TRUE(set_value(text, path, new_port));
    const auto set = set_value(text, path, Path{"b"});
    ASSERT_FALSE(set);
    EXPECT_TRUE(set.error().starts_with("line 2: a.a.")) << set.error();
    EXPECT_NE(set.error().find("cannot be changed without changing something else as well (line 2: not valid TOML"),
              std::string::npos) << set.error();
}

TEST(TomlSplice, RefusesToWriteWhatIsNotUtf8) {
    const std::vector<std::string> wrong{"\x80", "\xC0\xAF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                                         "\xF4\x90\x80\x80", "\xE2\x82", "\xF8\x88\x80\x80\x80"};
    for (const std::string& bytes : wrong) {
        for (const TomlValue& value : {TomlValue{"a" + bytes}, TomlValue{Path{"a", bytes}}}) {
            const auto set = set_value("", {"z z"}, value);
            ASSERT_FALSE(set);
            EXPECT_EQ(set.error(), "the value for \"z z\" is not valid UTF-8");
        }
    }
}

TEST(TomlSplice, RemovesATreeWithItsComments) {
    const Path m{"m"};
    const std::vector<RemoveKeyCase> cases{
        {"nothing there", "a = 1\n", m, "a = 1\n"},
        {"a value", "a = 1\nm = 2 # c\nb = 3\n", m, "a = 1\nb = 3\n"},
        {"an empty section", "a = 1\n\n[m]\n", m, "a = 1\n"},
        {"sections apart", "[m]\nx = 1\n[z]\n\n[m.n]\ny = 2\n", m, "[z]\n"},
        {"implied by sub-sections", "[m.n.o]\ny = 2\n[z]\n", m, "[z]\n"},
        {"one of the sub-sections", "[m.n]\ny = 2\n[m.o]\n", {"m", "n"}, "[m.o]\n"},
        {"the only sub-section", "[z]\n[m.n]\ny = 2\n", {"m", "n"}, "[z]\n"},
        {"the only sub-section of a section", "[m]\n\n[m.n]\ny = 2\n", {"m", "n"}, "[m]\n"},
        {"comments inside", "[m] # c\n# c\nx = 1 # c\n# c\ny = 2\n# c\n\n[z]\n", m, "[z]\n"},
        {"a comment above", "a = 1\n\n# about m\n# more\n[m]\nx = 1\n", m, "a = 1\n"},
        {"the file's first comment stays", "# mine\n[m]\nx = 1\n[z]\n", m, "# mine\n[z]\n"},
        {"behind a byte order mark, too", "\xEF\xBB\xBF# mine\n[m]\nx = 1\n", m, "\xEF\xBB\xBF# mine\n"},
        {"the next one's comment stays", "[m]\nx = 1\n# about z\n[z]\n", m, "# about z\n[z]\n"},
        {"a comment between stays", "[m]\nx = 1\n\n# by itself\n\n[z]\n", m, "# by itself\n\n[z]\n"},
        {"a comment at the end stays", "[m]\nx = 1\n\n# the end\n", m, "# the end\n"},
        {"CRLF", "a = 1\r\n\r\n[m]\r\nx = 1\r\n", m, "a = 1\r\n"},
        {"CRLF without a final newline", "a = 1\r\n\r\n[m]\r\nx = 1", m, "a = 1"},
        {"dotted keys", "m.x = 1\na = 1\nm.y.z = 2\n", m, "a = 1\n"},
        {"dotted keys in braces", "s = { m.x = 1, a = 1, m.y = { z = 2 } }\n", {"s", "m"}, "s = { a = 1 }\n"},
        {"an array of tables", "[[m]]\nx = 1\n[m.n]\n[[m]]\n[z]\n", m, "[z]\n"},
        {"text that looks like it", "[m]\nx = '''\n[z]\n# c\n'''\n[z]\n", m, "[z]\n"},
    };
    for (const RemoveKeyCase& c : cases) {
        const auto result = remove_tree(c.before, c.path);
        if (!result) ADD_FAILURE() << c.rule << ": " << result.error();
        else EXPECT_EQ(*result, c.after) << c.rule;
    }
}

TEST(TomlSplice, RemovesNoTreeThroughAnArrayOfTables) {
    const auto error = [](const char* text, const Path& path) { return remove_tree(text, path).error(); };
    EXPECT_EQ(error("a = 1\n[[m]]\nx = 1\n", {"m", "x"}), "line 2: m is an array of tables, so there can be no m.x");
    EXPECT_EQ(error("m = 1\n", {"m", "x"}), "line 1: m is a plain value, so there can be no m.x");
    EXPECT_EQ(error("m = \n", {"m"}).substr(0, 24), "line 1: not valid TOML: ");
    EXPECT_EQ(error("m = 1\n", {}), "the key path is empty");
}

TEST(TomlSplice, RemovesAnElement) {
    const std::string text = "[[s.m]]\nx = 1\n\n# two\n[[s.m]]\nx = 2\n[s.m.n]\n[[s.m.o]]\n\n[z]\n\n[[s.m]]\nx = 3\n";
    const auto without = [&](std::size_t index) { return remove_element(text, {"s", "m"}, index); };
    EXPECT_EQ(*without(0), "# two\n[[s.m]]\nx = 2\n[s.m.n]\n[[s.m.o]]\n\n[z]\n\n[[s.m]]\nx = 3\n");
    EXPECT_EQ(*without(1), "[[s.m]]\nx = 1\n\n[z]\n\n[[s.m]]\nx = 3\n");
    EXPECT_EQ(*without(2), "[[s.m]]\nx = 1\n\n# two\n[[s.m]]\nx = 2\n[s.m.n]\n[[s.m.o]]\n\n[z]\n");
    EXPECT_EQ(without(3).error(), "s.m has no element 3");
    EXPECT_EQ(remove_element("s = 1\n", {"s"}, 0).error(), "s has no element 0");
    EXPECT_EQ(remove_element("", {"s"}, 0).error(), "s has no element 0");
    EXPECT_EQ(remove_element("a = 1\ns = [{}]\n", {"s"}, 0).error(), "line 2: s is written as a list, not as sections");
    EXPECT_EQ(*remove_element("[[s]]\n", {"s"}, 0), "");
    EXPECT_FALSE(remove_element("s = ", {"s"}, 0));
    EXPECT_FALSE(remove_element("[[s]]\n", {}, 0));
    EXPECT_FALSE(remove_element("[[s]]\n", {"s", "t"}, 0));
}

TEST(TomlSplice, RemovesATreeOfManyParts) {
    std::string text = "a = 1\n[[s]]\n", dotted;
    for (int i = 0; i < 255; ++i) text += "[s.k" + std::to_string(i) + "]\n", dotted += "s.k" + std::to_string(i) + " = 1\n";
    EXPECT_EQ(*remove_tree(text, {"s"}), "a = 1\n");
    EXPECT_EQ(*remove_element(text, {"s"}, 0), "a = 1\n");
    EXPECT_EQ(*remove_tree(dotted, {"s"}), "");
    EXPECT_EQ(remove_tree(text + "[s.x]\n", {"s"}).error(), "line 2: s stands in more than 256 places: remove it in an editor");
    EXPECT_EQ(remove_element(text + "[s.x]\n", {"s"}, 0).error(), "line 2: s stands in more than 256 places: remove it in an editor");
}

TEST(TomlSplice, WritesListsAndTablesOfEverything) {
    const TomlValue value = TomlArray{true, std::int64_t{1}, 0.5, "a"s, TomlArray{}, TomlInlineTable{{"k v", TomlArray{std::int64_t{2}}}, {"t", TomlInlineTable{}}}};
    const auto result = set_value("", {"x"}, value);
    ASSERT_TRUE(result) << result.error();
    EXPECT_EQ(*result, "x = [true, 1, 0.5, \"a\", [], { \"k v\" = [2], t = {} }]\n");
    const std::string as_it_was = "x = [ true,1, 5e-1, 'a', [ ], { t = {  }, 'k v' = [2] } ] # as it was\n";
    EXPECT_EQ(*set_value(as_it_was, {"x"}, value), as_it_was);
    EXPECT_FALSE(set_value("", {"x"}, TomlArray{TomlInlineTable{{"\xFF", true}}}));
    EXPECT_FALSE(set_value("", {"x"}, TomlArray{TomlInlineTable{{"k", "\xFF"s}}}));
}

}  // namespace
}  // namespace hal0::slot
