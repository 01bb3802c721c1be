#include "slot/name.hpp"
#include "slot/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using namespace std::string_literals;

SlotName slot_name(const std::string& text) { return *SlotName::parse(text); }

TEST(SlotName, TakesWhatTheRuleAllows) {
    for (const auto& text : {"a"s, "0"s, "chat"s, "stt-npu"s, "a_b"s, "9-"s, "z__--9"s, std::string(32, 'x')}) {
        SCOPED_TRACE(text);
        const auto name = SlotName::parse(text);
        ASSERT_TRUE(name) << name.error();
        EXPECT_EQ(name->str(), text);
    }
}

TEST(SlotName, RefusesEverythingElse) {
    const std::vector<std::string> bad = {"",      "-a",   "_a",   "A",       "aB",   "a b",  " a",   "a ",      "a.b",
                                          "a/b",   "..",   "a@b",  "a\n",     "a\0b"s, "a%i", "é",    "a\\x2d",  "$a",
                                          "a;b",   "a:b",  "a'b",  std::string(33, 'x')};
    for (const auto& text : bad) EXPECT_FALSE(SlotName::parse(text)) << "accepted: " << slot::in_quotes(text);
}

TEST(SlotName, SaysWhatIsAllowed) {
    EXPECT_EQ(SlotName::parse("A b\n").error(),
              R"("A b\x0a" is not a slot name: 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit)");
}

TEST(SlotName, StandsVerbatimInUnitAndContainerNames) {
    EXPECT_EQ(unit_name(slot_name("stt-npu_2")), "hal0-slot@stt-npu_2.service");
    EXPECT_EQ(pull_unit_name(slot_name("stt-npu_2")), "hal0-slot-pull@stt-npu_2.service");
    EXPECT_EQ(container_name(slot_name("stt-npu_2")), "hal0-slot-stt-npu_2");
}

TEST(SlotName, IsOrderedByItsText) {
    EXPECT_LT(slot_name("a"), slot_name("b"));
    EXPECT_LT(slot_name("a"), slot_name("a-"));
    EXPECT_EQ(slot_name("a"), slot_name("a"));
}

TEST(ModelId, TakesWhatTheRuleAllows) {
    for (const auto& text : {"q"s, "7b"s, "Qwen/Qwen2.5-7B:Q4_K_M"s, "a@b+c"s, std::string(255, 'm')}) {
        SCOPED_TRACE(text);
        const auto id = ModelId::parse(text);
        ASSERT_TRUE(id) << id.error();
        EXPECT_EQ(id->str(), text);
    }
}

TEST(ModelId, RefusesOptionsBlanksAndControls) {
    const std::vector<std::string> bad = {"",    "-m",  "--model", "/a",    ".a",   "_a",  "a b", "a\tb", "a\nb",
                                          "a$b", "a%b", "a\"b",    "a'b",   "a\\b", "a;b", "a,b", "a=b",  "ä",
                                          "a\0b"s, std::string(256, 'm')};
    for (const auto& text : bad) EXPECT_FALSE(ModelId::parse(text)) << "accepted: " << slot::in_quotes(text);
}

TEST(ModelId, SaysWhatIsAllowed) {
    EXPECT_EQ(ModelId::parse("--x").error(),
              R"("--x" is not a model id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit)");
}

struct QuotedCase {
    std::string rule, text, shown;
};

TEST(Quoted, MakesEveryTextSafeToShow) {
    const std::vector<QuotedCase> cases = {
        {"nothing", "", "\"\""},
        {"plain text", "a b%c$d", "\"a b%c$d\""},
        {"quote and backslash", "a\"b\\c", R"("a\"b\\c")"},
        {"single quote stays", "a'b", "\"a'b\""},
        {"C0 controls", "\x01\t\n\r\x1f", R"("\x01\x09\x0a\x0d\x1f")"},
        {"NUL", "a\0b"s, R"("a\x00b")"},
        {"escape sequence of a terminal", "\x1b[31m", R"("\x1b[31m")"},
        {"DEL", "\x7f", R"("\x7f")"},
        {"C1 control in UTF-8", "\xc2\x9b", R"("\xc2\x9b")"},
        {"first character behind C1", "\xc2\xa0", "\"\xc2\xa0\""},
        {"two, three and four bytes", "é€😀", "\"é€😀\""},
        {"lone continuation byte", "\x80", R"("\x80")"},
        {"cut sequence", "\xe2\x82", R"("\xe2\x82")"},
        {"overlong slash", "\xc0\xaf", R"("\xc0\xaf")"},
        {"overlong, three bytes", "\xe0\x80\xaf", R"("\xe0\x80\xaf")"},
        {"overlong, four bytes", "\xf0\x80\x80\xaf", R"("\xf0\x80\x80\xaf")"},
        {"surrogate", "\xed\xa0\x80", R"("\xed\xa0\x80")"},
        {"above U+10FFFF", "\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},
        {"last before the surrogates", "\xed\x9f\xbf", "\"\xed\x9f\xbf\""},
        {"U+FFFD is a character", "\xef\xbf\xbd", "\"\xef\xbf\xbd\""},
        {"U+FFFE is none", "\xef\xbf\xbe", R"("\xef\xbf\xbe")"},
        {"U+FDD0 is none", "\xef\xb7\x90", R"("\xef\xb7\x90")"},
        {"U+FDCF is one", "\xef\xb7\x8f", "\"\xef\xb7\x8f\""},
        {"U+FDF0 is one", "\xef\xb7\xb0", "\"\xef\xb7\xb0\""},
        {"U+1FFFF is none", "\xf0\x9f\xbf\xbf", R"("\xf0\x9f\xbf\xbf")"},
        {"U+1FFFD is one", "\xf0\x9f\xbf\xbd", "\"\xf0\x9f\xbf\xbd\""},
        {"U+10FFFF is none", "\xf4\x8f\xbf\xbf", R"("\xf4\x8f\xbf\xbf")"},
        {"U+0FFF, whose bytes look alike, is one", "\xe0\xbf\xbf", "\"\xe0\xbf\xbf\""},
        {"64 characters fit", std::string(64, 'a'), "\"" + std::string(64, 'a') + "\""},
        {"65 are cut", std::string(65, 'a'), "\"" + std::string(64, 'a') + "…\""},
    };
    for (const auto& c : cases) EXPECT_EQ(slot::in_quotes(c.text), c.shown) << c.rule;
}

TEST(Quoted, CountsCharactersNotBytes) {
    std::string euros, shown;
    for (int i = 0; i < 64; ++i) shown += "€";
    for (int i = 0; i < 70; ++i) euros += "€";
    EXPECT_EQ(slot::in_quotes(shown), "\"" + shown + "\"");
    EXPECT_EQ(slot::in_quotes(euros), "\"" + shown + "…\"");
}

}  // namespace
}  // namespace hal0::slot
