// Runs the fuzzer's entry over the committed corpus, and shows that the oracle catches what it must.

#include "corpus_inputs.hpp"
#include "drop_in_oracle.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace hal0::oracle {
namespace {

using namespace std::string_literals;
using Words = std::vector<std::string>;

TEST(Corpus, EveryInputGivesWhatIsMeant) {
    const auto inputs = corpus_inputs(CORPUS);
    ASSERT_GE(inputs.size(), 40U);
    for (const auto& [name, text] : inputs)
        EXPECT_NO_THROW(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())) << name;
}

std::string problem_of(const std::string& text) {
    try {
        read_unit_file(text);
    } catch (const Unreadable& unreadable) {
        return unreadable.problem;
    }
    return {};
}

TEST(ReadUnitFile, FollowsSystemd) {
    const auto directives = read_unit_file("# comment\n; comment\n\n  [Unit]  \nA=1\n B = x y \nC=a \\\n# skipped \\\n  ;skipped\n  b\\\\ \\\n\tc\n[Service]\nD=\nE=a\\\\\nF=1");
    EXPECT_EQ(directives, (std::vector<Directive>{{"Unit", "A", "1"}, {"Unit", "B", "x y"}, {"Unit", "C", "a    b\\\\  \tc"}, {"Service", "D", ""},
                                                  {"Service", "E", "a\\\\"}, {"Service", "F", "1"}}));
}

TEST(ReadUnitFile, EndsLinesAtReturnAndNulToo) {
    EXPECT_EQ(read_unit_file("[U]\rA=1\0B=2\r\nC=3"s), (std::vector<Directive>{{"U", "A", "1"}, {"U", "B", "2"}, {"U", "C", "3"}}));
}

TEST(ReadUnitFile, RefusesWhatSystemdIgnores) {
    EXPECT_EQ(problem_of("A=1\n"), "an assignment outside of a section: A=1");
    EXPECT_EQ(problem_of("[Unit\n"), "invalid section header: [Unit");
    EXPECT_EQ(problem_of("[Unit]\nA\n"), "missing '=': A");
    EXPECT_EQ(problem_of("[Unit]\nA=\xff\n"), "a line is not UTF-8 clean");
    EXPECT_EQ(problem_of("[Unit]\nA=\xef\xbf\xbe\n"), "a line is not UTF-8 clean");
    EXPECT_EQ(problem_of("[Unit]\nA=" + std::string(1024 * 1024, 'a') + "\n"), "a line is too long");
    EXPECT_EQ(problem_of("[Unit]\nA=" + std::string(600'000, 'a') + "\\\n" + std::string(600'000, 'a') + "\n"), "a line is too long");
}

TEST(IsText, KnowsUtf8) {
    for (const std::string good : {"", "a", "ä€😀", "\xed\x9f\xbf", "\xef\xbf\xbd", "\xc2\x85"}) EXPECT_TRUE(is_text(good)) << good;
    for (const auto& bad : {"\x80"s, "\xc0\xaf"s, "\xe2\x82"s, "\xed\xa0\x80"s, "\xf4\x90\x80\x80"s, "\xef\xb7\x90"s, "\xf0\x9f\xbf\xbf"s, "a\0"s, "\xff"s})
        EXPECT_FALSE(is_text(bad)) << bad;
}

struct CommandCase {
    std::string value;
    std::vector<std::vector<Word>> commands;
};

TEST(ReadCommandLines, FollowsSystemd) {
    const std::vector<CommandCase> cases = {
        {"a b", {{{"a"}, {"b"}}}},
        {" a\t\"b c\" 'd e' f\"g h\"i ", {{{"a"}, {"b c"}, {"d e"}, {"fg hi"}}}},
        {"\"\" ''", {{{""}, {""}}}},
        {R"(\x41 \101 \n \s \t \\ \" \' "\x41" '\x41' \u00e4 \U0001F600)", {{{"A"}, {"A"}, {"\n"}, {" "}, {"\t"}, {"\\"}, {"\""}, {"'"}, {"A"}, {"A"}, {"ä"}, {"😀"}}}},
        {"a ; b", {{{"a"}}, {{"b"}}}},
        {"a ;", {{{"a"}}, {}}},
        {"a \\; b ;c \";\" d;", {{{"a"}, {";"}, {"b"}, {";c"}, {";"}, {"d;"}}}},
        {"%%i 100%%", {{{"%i"}, {"100%"}}}},
        {"$A \"$B\" $$C a$D $$$$ x$$y", {{{"$A", true}, {"$B", true}, {"$C"}, {"a$D"}, {"$$"}, {"x$y"}}}},
    };
    for (const auto& c : cases) EXPECT_EQ(read_command_lines(c.value), c.commands) << c.value;
}

TEST(ReadCommandLines, RefusesWhatExpandsOrIsRefused) {
    for (const auto* value : {"a %i", "a %", "a \\x25i", "a ${B}", "a x${B}", "a \"b", "a 'b", "a \\q", "a \\x4", "a \\x00", "a\\"})
        EXPECT_THROW(read_command_lines(value), Unreadable) << value;
}

TEST(ReadAssignments, FollowsSystemd) {
    EXPECT_EQ(read_assignments("A=b \"C=d e\" 'F=%%i' G=\\x41$H I="), (Words{"A=b", "C=d e", "F=%i", "G=A$H", "I="}));
    for (const auto* value : {"A", "=b", "1A=b", "A-B=c", "A=%i", "A=\"b", "A=\\x07", "A=\\xff", "A=b c", "A=\\xef\\xbf\\xbe"}) EXPECT_THROW(read_assignments(value), Unreadable) << value;
}

TEST(ReadPaths, KnowsNoCEscapes) {
    EXPECT_EQ(read_paths(R"(/a "/b c" /d\x41 "/e\"\\" /%%f)"), (Words{"/a", "/b c", "/dx41", "/e\"\\", "/%f"}));
    for (const auto* value : {"a", "/%i", "\"/a", "/a b"}) EXPECT_THROW(read_paths(value), Unreadable) << value;
}

const std::string good = "# Generated\n[Unit]\nDescription=slot a\nConflicts=b.service\n\n[Service]\nEnvironment=A=b\nEnvironment=\"C=d e\"\nMemoryMax=50%\n"
                         "ExecStart=\nExecStart=podman run \\\n    \"a b\" \\\n    $ARGS\n";

Meaning meant() {
    return {{{"Unit.Description", {"slot a"}}, {"Unit.Conflicts", {"b.service"}}, {"Service.MemoryMax", {"50%"}}},
            {"A=b", "C=d e"},
            {{"podman"}, {"run"}, {"a b"}, {"$ARGS", true}}};
}

TEST(Difference, IsNoneForWhatIsMeant) { EXPECT_EQ(difference(good, meant()), ""); }

struct InjectedCase {
    std::string rule, from, to, problem;
};

TEST(Difference, CatchesWhatWasInjected) {
    const std::vector<InjectedCase> cases = {
        {"a directive", "MemoryMax=50%\n", "MemoryMax=50%\nExecStartPre=/bin/sh\n", "Service.ExecStartPre= is not meant: [\"/bin/sh\"]"},
        {"a directive in another section", "[Service]\n", "[Install]\nAlias=x\n[Service]\n", "Install.Alias= is not meant: [\"x\"]"},
        {"a second value", "Conflicts=b.service\n", "Conflicts=b.service\nConflicts=c.service\n",
         "Unit.Conflicts= is [\"b.service\", \"c.service\"], meant is [\"b.service\"]"},
        {"a value is gone", "Conflicts=b.service\n", "", "Unit.Conflicts= is [], meant is [\"b.service\"]"},
        {"another value", "slot a", "slot b", "Unit.Description= is [\"slot b\"], meant is [\"slot a\"]"},
        {"a specifier in a text", "slot a", "slot %i", "a specifier: %i"},
        {"a specifier in an argument", "\"a b\"", "\"a %n\"", "a specifier: %n"},
        {"a specifier at the end", "\"a b\"", "\"a b%\"", "a specifier: %"},
        {"a specifier behind an escape", "\"a b\"", "\"a b\\x25i\"", "a specifier: %i"},
        {"a variable", "\"a b\"", "$HOME", "ExecStart= is <podman><run><variable $HOME><variable $ARGS>, meant is <podman><run><a b><variable $ARGS>"},
        {"a variable inside a word", "\"a b\"", "a${HOME}", "a variable inside a word: a${HOME}"},
        {"a variable that is none any more", "$ARGS", "$$ARGS", "ExecStart= is <podman><run><a b><$ARGS>, meant is <podman><run><a b><variable $ARGS>"},
        {"a word that falls apart", "\"a b\"", "a b", "ExecStart= is <podman><run><a><b><variable $ARGS>, meant is <podman><run><a b><variable $ARGS>"},
        {"one more word", "$ARGS\n", "$ARGS --privileged\n",
         "ExecStart= is <podman><run><a b><variable $ARGS><--privileged>, meant is <podman><run><a b><variable $ARGS>"},
        {"a second command", "$ARGS\n", "$ARGS ; /bin/sh\n", "more than one command"},
        {"a second ExecStart=", "$ARGS\n", "$ARGS\nExecStart=/bin/sh\n", "more than one command"},
        {"no empty ExecStart=", "ExecStart=\n", "", "ExecStart= is not: an empty one, then one command"},
        {"a lost continuation", "run \\\n", "run\n", "missing '=': \"a b\"      $ARGS"},
        {"an open quote", "\"a b\"", "\"a b", "unbalanced quoting"},
        {"an open quote in the environment", "\"C=d e\"", "\"C=d e", "unbalanced quoting"},
        {"a second assignment", "A=b\n", "A=b X=y\n", "Environment= is [\"A=b\", \"X=y\", \"C=d e\"], meant is [\"A=b\", \"C=d e\"]"},
        {"a reset of the environment", "\"C=d e\"\n", "\n", "Environment= is [\"A=b\"], meant is [\"A=b\", \"C=d e\"]"},
        {"a comment instead of an argument", "    \"a b\" \\\n", "    #a b \\\n", "ExecStart= is <podman><run><variable $ARGS>, meant is <podman><run><a b><variable $ARGS>"},
        {"a backslash at the end of a value", "slot a\n", "slot a\\\n", "Unit.Conflicts= is [], meant is [\"b.service\"]"},
        {"bytes that are no text", "slot a", "slot \xff", "a line is not UTF-8 clean"},
        {"a return that ends a line", "slot a", "slot a\rExecStopPost=x", "Unit.ExecStopPost= is not meant: [\"x\"]"},
        {"doubled where nobody undoubles", "50%", "50%%", "Service.MemoryMax= is [\"50%%\"], meant is [\"50%\"]"},
    };
    for (const auto& c : cases) {
        auto text = good;
        const auto at = text.find(c.from);
        ASSERT_NE(at, std::string::npos) << c.rule;
        text.replace(at, c.from.size(), c.to);
        EXPECT_EQ(difference(text, meant()), c.problem) << c.rule;
    }
}

}  // namespace
}  // namespace hal0::oracle
