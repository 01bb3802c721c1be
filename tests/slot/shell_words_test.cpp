#include "slot/shell_words.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using namespace std::string_literals;
using Words = std::vector<std::string>;

struct SplitCase {
    std::string rule, text;
    Words words;
};

TEST(SplitShellWords, FollowsThePosixQuotingRules) {
    const std::vector<SplitCase> cases = {
        {"nothing", "", {}},
        {"only blanks", " \t\r\n ", {}},
        {"one word", "a", {"a"}},
        {"blanks around and between", "  a \t b\n c\r\nd  ", {"a", "b", "c", "d"}},
        {"single quotes keep everything", R"('a b\c"$d')", {R"(a b\c"$d)"}},
        {"double quotes keep blanks", R"("a  b")", {"a  b"}},
        {"escapes in double quotes", R"("\$\`\"\\")", {R"($`"\)"}},
        {"no other escapes in double quotes", R"("\a\n\'")", {R"(\a\n\')"}},
        {"backslash outside quotes", R"(a\ b \"c\' \\ \a)", {"a b", "\"c'", "\\", "a"}},
        {"empty words in quotes", R"('' "" a'')", {"", "", "a"}},
        {"quotes side by side are one word", R"(a'b c'"d e"f)", {"ab cd ef"}},
        {"nothing is expanded", "$HOME ${X} `id` $(id) ~ * ? [a] {a,b}",
         {"$HOME", "${X}", "`id`", "$(id)", "~", "*", "?", "[a]", "{a,b}"}},
        {"operators are text", "a;b | c && d > e < f & # g", {"a;b", "|", "c", "&&", "d", ">", "e", "<", "f", "&", "#", "g"}},
        {"specifiers are text", "%i %% 100%", {"%i", "%%", "100%"}},
        {"backslash-newline inside a word", "ab\\\ncd", {"abcd"}},
        {"backslash-newline inside double quotes", "\"ab\\\ncd\"", {"abcd"}},
        {"backslash-newline between words makes no word", "a \\\n  b", {"a", "b"}},
        {"backslash-newline alone makes no word", "\\\n", {}},
        {"several of them", "--a 1 \\\n\\\n \\\n  --b 2 \\\n", {"--a", "1", "--b", "2"}},
        {"backslash-newline before a quoted word", "\\\n''", {""}},
        {"unicode", "ä '日本 語' 😀", {"ä", "日本 語", "😀"}},
        {"an equals sign", R"(--json={"a":1} --k='x y')", {"--json={a:1}", "--k=x y"}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.rule);
        const auto words = split_shell_words(c.text);
        if (!words) ADD_FAILURE() << words.error();
        else EXPECT_EQ(*words, c.words);
    }
}

struct RefusedCase {
    std::string rule, text, problem;
};

TEST(SplitShellWords, SaysWhatIsWrong) {
    const std::vector<RefusedCase> cases = {
        {"open single quote", "a 'b", "a single quote is not closed"},
        {"open double quote", "a \"b", "a double quote is not closed"},
        {"double quote closed only by an escaped one", R"("a\")", "a double quote is not closed"},
        {"backslash at the end", "a\\", "a backslash at the end escapes nothing"},
        {"backslash alone", " \\", "a backslash at the end escapes nothing"},
        {"control character", "a\x01", "a control character is not allowed in an argument"},
        {"NUL", "a\0b"s, "a control character is not allowed in an argument"},
        {"DEL", "a\x7f", "a control character is not allowed in an argument"},
        {"escape", "\x1b[0m", "a control character is not allowed in an argument"},
        {"newline in single quotes", "'a\nb'", "a control character is not allowed in an argument"},
        {"tab in double quotes", "\"a\tb\"", "a control character is not allowed in an argument"},
        {"escaped tab", "a\\\tb", "a control character is not allowed in an argument"},
        {"vertical tab is no blank", "a\vb", "a control character is not allowed in an argument"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.rule);
        const auto words = split_shell_words(c.text);
        ASSERT_FALSE(words) << "accepted";
        EXPECT_EQ(words.error(), c.problem);
    }
}

TEST(SplitShellWords, LimitsTheNumberOfWords) {
    std::string text;
    for (int i = 0; i < 256; ++i) text += "a ";
    const auto most = split_shell_words(text);
    ASSERT_TRUE(most) << most.error();
    EXPECT_EQ(most->size(), 256U);
    const auto more = split_shell_words(text + "b");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error(), "more than 256 arguments");
}

TEST(SplitShellWords, LimitsTheLength) {
    const auto most = split_shell_words(std::string(65536, 'a'));
    ASSERT_TRUE(most) << most.error();
    EXPECT_EQ(most->front().size(), 65536U);
    const auto more = split_shell_words(std::string(65537, 'a'));
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error(), "longer than 64 KiB");
}

TEST(JoinShellWords, QuotesOnlyWhatMustBe) {
    EXPECT_EQ(join_shell_words({"--flash-attn", "on", "a b", "", "it's", "$x"}), "--flash-attn on 'a b' '' 'it'\\''s' '$x'");
    EXPECT_EQ(join_shell_words({}), "");
}

TEST(JoinShellWords, SplitsBackIntoTheSameWords) {
    const std::vector<std::string> words{"plain", "two words", "", "'", "\"", "\\", "$HOME", "a;b|c", "*", "#x", "~"};
    EXPECT_EQ(*split_shell_words(join_shell_words(words)), words);
}

}  // namespace
}  // namespace hal0::slot
