#include "cli/terminal/text.hpp"

#include <gtest/gtest.h>

namespace hal0::cli {
namespace {

using namespace std::chrono_literals;

TEST(Shown, LeavesColoursOutAndNothingElseRaw) {
    EXPECT_EQ(shown("plain äöü 漢"), "plain äöü 漢");
    EXPECT_EQ(shown("\x1b[1;31mred\x1b[0m\x1b[m"), "red");
    EXPECT_EQ(shown("a\tb"), "a    b");
    EXPECT_EQ(shown("\x1b[2J\x1b]0;t\x07"), "\\x1b[2J\\x1b]0;t\\x07");
    EXPECT_EQ(shown("\r\n\x7f"), "\\x0d\\x0a\\x7f");
    EXPECT_EQ(shown("\xc2\x9b" "31m"), "\\xc2\\x9b31m") << "a C1 control is an escape sequence, too";
    EXPECT_EQ(shown("\xff\xc3"), "\\xff\\xc3");
    EXPECT_EQ(shown("\x1b["), "\\x1b[");
    EXPECT_EQ(shown("\x1b\x1b[0m[0m"), "\\x1b[0m") << "what is left must not become a sequence";
}

TEST(Fitted, CutsBetweenCharacters) {
    EXPECT_EQ(fitted("abc", 3), "abc");
    EXPECT_EQ(fitted("abcd", 3), "ab…");
    EXPECT_EQ(fitted("äöüß", 3), "äö…");
    EXPECT_EQ(fitted("abc", 1), "…");
    EXPECT_EQ(fitted("abc", 0), "");
    EXPECT_EQ(columns(fitted("äöüß", 2)), 2U);
}

TEST(Duration, IsWhatAPersonSays) {
    EXPECT_EQ(duration_text(0ms), "0.0 s");
    EXPECT_EQ(duration_text(9999ms), "9.9 s");
    EXPECT_EQ(duration_text(59'999ms), "59 s");
    EXPECT_EQ(duration_text(185s), "3 min 05 s");
    EXPECT_EQ(duration_text(2h + 10min + 5s), "2 h 10 min");
}

}  // namespace
}  // namespace hal0::cli
