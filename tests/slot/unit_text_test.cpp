#include "slot/unit_text.hpp"

#include "tests/fuzz/drop_in_oracle.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Words = std::vector<std::string>;

struct TextCase {
    std::string rule, text, written;
};

TEST(ExecWord, EscapesWhatMeansSomething) {
    const std::vector<TextCase> cases = {
        {"plain", "--ctx-size=4096", "--ctx-size=4096"},
        {"all that is plain", "aZ09_-+=./:,@*?[]", "aZ09_-+=./:,@*?[]"},
        {"an empty word", "", "\"\""},
        {"a blank", "a b", "\"a b\""},
        {"a specifier", "%i", "\"%%i\""},
        {"a variable", "$HOME", "\"$$HOME\""},
        {"a variable in braces", "${A}", "\"$${A}\""},
        {"quotes", "\"'", "\"\\\"'\""},
        {"a backslash", "a\\", "\"a\\\\\""},
        {"a semicolon", ";", "\";\""},
        {"a comment", "#x", "\"#x\""},
        {"a newline", "a\nb", "\"a\\x0ab\""},
        {"tab, escape, DEL", "\t\x1b\x7f", "\"\\x09\\x1b\\x7f\""},
        {"an escape that is text", "\\x41", "\"\\\\x41\""},
        {"unicode", "ä", "\"ä\""},
        {"all at once", "%$\"\\", "\"%%$$\\\"\\\\\""},
    };
    for (const auto& c : cases) EXPECT_EQ(exec_word(c.text), c.written) << c.rule;
}

TEST(LineText, IsOneLine) {
    const std::vector<TextCase> cases = {
        {"plain", "a b $c \"d\"", "a b $c \"d\""},
        {"a specifier", "100%", "100%%"},
        {"control characters", "a\nb\rc\td\x7f", "a b c d "},
        {"a backslash inside", "a\\b", "a\\b"},
        {"a backslash at the end", "a\\", "a\\ ."},
        {"two of them", "a\\\\", "a\\\\ ."},
        {"nothing", "", ""},
    };
    for (const auto& c : cases) EXPECT_EQ(line_text(c.text), c.written) << c.rule;
}

TEST(ValueWord, LeavesDollarsAlone) {
    EXPECT_EQ(value_word("/mnt/ai-models"), "/mnt/ai-models");
    EXPECT_EQ(value_word("/a$b"), "\"/a$b\"");
    EXPECT_EQ(value_word("/a%b"), "\"/a%%b\"");
    EXPECT_EQ(value_word("/a b\"c\\"), "\"/a b\\\"c\\\\\"");
    EXPECT_EQ(value_word(""), "\"\"");
}

TEST(EnvironmentLine, HoldsOneAssignment) {
    EXPECT_EQ(environment_line("A", "b"), "Environment=A=b\n");
    EXPECT_EQ(environment_line("A", ""), "Environment=A=\n");
    EXPECT_EQ(environment_line("A", "b c%d$e"), "Environment=\"A=b c%%d$e\"\n");
    EXPECT_EQ(environment_line("A", "\"\\"), "Environment=\"A=\\\"\\\\\"\n");
}

TEST(EnvironmentFileLine, QuotesItsValue) {
    EXPECT_EQ(environment_file_line("A", ""), "A=\"\"\n");
    EXPECT_EQ(environment_file_line("A", "b c'd;#%i"), "A=\"b c'd;#%i\"\n");
    EXPECT_EQ(environment_file_line("A", "\"\\$`"), "A=\"\\\"\\\\\\$\\`\"\n");
    EXPECT_EQ(environment_file_line("A", "a\nB=c\r\t\x01"), "A=\"a B=c   \"\n");
}

TEST(WordsForVariable, EscapeWhatWouldSplitOrUnquote) {
    EXPECT_EQ(words_for_variable({}), "");
    EXPECT_EQ(words_for_variable({"--model", "/a b.gguf"}), "--model /a\\ b.gguf");
    EXPECT_EQ(words_for_variable({"", "a", ""}), "\"\" a \"\"");
    EXPECT_EQ(words_for_variable({"\"'\\"}), "\\\"\\'\\\\");
    EXPECT_EQ(words_for_variable({"$HOME%i;#"}), "$HOME%i;#") << "systemd expands nothing in a variable's value";
    EXPECT_EQ(words_for_variable({"a\tb\nc"}), "a\\ b\\ c") << "no control character may split a word";
}

/// Texts that meet every rule of systemd.syntax(7), systemd.service(5) and systemd.unit(5).
Words nasty_texts() {
    Words texts = {"",     " ",     "a",      ";",      "\\;",     "#",      "# a",    "; a",    "\\",    "a\\",   "\\\\",  "\"",  "'",      "\"a",   "%",
                   "%%",   "%i",    "%%i",    "$",      "$$",      "$A",     "${A}",   "$$A",    "a$A",   "a${A}", "\\x41", "\\n", "\\u0041", "\n",    "a\nb",
                   "\r\n", "\t",    "\x01",   "\x7f",   "[Unit]",  "a=b",    "=",      "-",      "@a",    "+a",    "!a",    ":a",  "~",       "|",     "&&",
                   "`id`", "$(id)", "*",      "?",      "{a,b}",   "ä",      "日本",   "😀",     "\xc2\x85", "\xe2\x80\xa8", " a ", "a  b", "\\\n", "x\\\n[Service]", "%\\\"$'; #"};
    // Every pair of the characters that mean something.
    const std::string special = " \t\n\r\"'\\;#%$={}[]xa0";
    for (const char a : special)
        for (const char b : special) texts.push_back({a, b});
    return texts;
}

TEST(ExecWord, IsAlwaysExactlyThatWordAgain) {
    for (const auto& text : nasty_texts()) {
        const auto file = "[Service]\nExecStart=podman \\\n    " + exec_word(text) + " \\\n    " + exec_word(text) + " last\n";
        SCOPED_TRACE(file);
        const auto directives = oracle::read_unit_file(file);
        ASSERT_EQ(directives.size(), 1U);
        const auto commands = oracle::read_command_lines(directives[0].value);
        ASSERT_EQ(commands.size(), 1U);
        EXPECT_EQ(commands[0], (std::vector<oracle::Word>{{"podman", false}, {text, false}, {text, false}, {"last", false}}));
    }
}

TEST(EnvironmentLine, IsAlwaysExactlyThatAssignmentAgain) {
    for (const auto& text : nasty_texts()) {
        const bool control = text.find_first_of("\r\x01\x7f") != std::string::npos;  // systemd takes no such value
        if (control) continue;
        const auto file = "[Service]\n" + environment_line("A", text);
        SCOPED_TRACE(file);
        const auto directives = oracle::read_unit_file(file);
        ASSERT_EQ(directives.size(), 1U);
        EXPECT_EQ(oracle::read_assignments(directives[0].value), Words{"A=" + text});
    }
}

TEST(LineText, IsAlwaysOneValueWithoutSpecifiers) {
    for (const auto& text : nasty_texts()) {
        const auto file = "[Unit]\nDescription=x" + line_text(text) + "\nAfter=b\n";
        SCOPED_TRACE(file);
        const auto directives = oracle::read_unit_file(file);
        ASSERT_EQ(directives.size(), 2U);
        EXPECT_EQ(directives[0].key, "Description");
        EXPECT_NO_THROW(oracle::read_text(directives[0].value));
        EXPECT_EQ(directives[1], (oracle::Directive{"Unit", "After", "b"}));
    }
}

TEST(ValueWord, IsAlwaysExactlyThatPathAgain) {
    for (const auto& text : nasty_texts()) {
        if (text.find_first_of("\n\r\t\x01\x7f") != std::string::npos) continue;  // parse_settings() takes no such path
        const auto file = "[Unit]\nRequiresMountsFor=" + value_word("/" + text) + "\n";
        SCOPED_TRACE(file);
        const auto directives = oracle::read_unit_file(file);
        ASSERT_EQ(directives.size(), 1U);
        EXPECT_EQ(oracle::read_paths(directives[0].value), Words{"/" + text});
    }
}

}  // namespace
}  // namespace hal0::slot
