#include "http-bridge/journal/journal_text.hpp"

#include "http-bridge/journal/journal_reader.hpp"
#include "journal_files.hpp"

#include <gtest/gtest.h>
#include <time.h>

#include <cstdlib>

namespace hal0::http {
namespace {

JournalEntry entry_of(std::string message) {
    JournalEntry entry;
    entry.cursor = "s=1;i=2";
    entry.realtime = 1'764'016'000'123'456;
    entry.hostname = "box";
    entry.identifier = "hal0-slot-chat";
    entry.pid = "42";
    entry.message = std::move(message);
    return entry;
}

class JournalText : public testing::Test {
protected:
    JournalText() { in_zone("UTC"); }
    static void in_zone(const char* zone) {
        setenv("TZ", zone, 1);
        tzset();
    }
};

TEST_F(JournalText, IsTimeHostNameProcessAndMessage) {
    EXPECT_EQ(short_iso(entry_of("model loaded")), "2025-11-24T20:26:40+0000 box hal0-slot-chat[42]: model loaded");
}

TEST_F(JournalText, HasTheLocalTimeZone) {
    in_zone("IST-5:30");
    EXPECT_EQ(short_iso(entry_of("x")), "2025-11-25T01:56:40+0530 box hal0-slot-chat[42]: x");
}

TEST_F(JournalText, ShowsWhenItWasSent) {
    auto entry = entry_of("x");
    entry.source_realtime = "1764015990000000";
    EXPECT_EQ(short_iso(entry), "2025-11-24T20:26:30+0000 box hal0-slot-chat[42]: x");
    entry.source_realtime = "soon";
    EXPECT_EQ(short_iso(entry), "2025-11-24T20:26:40+0000 box hal0-slot-chat[42]: x");
}

TEST_F(JournalText, IndentsFurtherLines) {
    const std::string indent(49, ' ');
    EXPECT_EQ(short_iso(entry_of("one\n\ntwo\n")), "2025-11-24T20:26:40+0000 box hal0-slot-chat[42]: one\n" + indent + "\n" + indent + "two");
}

TEST_F(JournalText, NamesWhoeverIsKnown) {
    JournalEntry entry;
    entry.realtime = 1'764'016'000'000'000;
    entry.message = "x";
    EXPECT_EQ(short_iso(entry), "2025-11-24T20:26:40+0000 unknown: x");
    entry.comm = "podman";
    entry.syslog_pid = "9";
    EXPECT_EQ(short_iso(entry), "2025-11-24T20:26:40+0000 podman[9]: x");
    entry.identifier = "a\nb";
    EXPECT_EQ(short_iso(entry), "2025-11-24T20:26:40+0000 podman[9]: x");
}

TEST_F(JournalText, WithoutAMessageIsNothing) {
    auto entry = entry_of("");
    EXPECT_EQ(short_iso(entry), "2025-11-24T20:26:40+0000 box hal0-slot-chat[42]: ");
    entry.message.reset();
    EXPECT_EQ(short_iso(entry), "");
    EXPECT_EQ(log_frame(entry), "");
}

TEST_F(JournalText, ShowsWhatIsNoTextByItsSize) {
    EXPECT_EQ(message_text(entry_of("a\xFFz")), "[3B blob data]");
    EXPECT_EQ(message_text(entry_of(std::string("a\0b", 3))), "[3B blob data]");
    EXPECT_EQ(message_text(entry_of(std::string(1300, '\x01'))), "[1.2K blob data]");
    EXPECT_EQ(message_text(entry_of("C1 \xC2\x9B")), "[5B blob data]");
}

TEST_F(JournalText, HasNoColoursAndNoTabs) {
    EXPECT_EQ(message_text(entry_of("\x1b[1;31mred\x1b[0m\tand \x1b]8;;http://x\alink\r\n")), "red        and link\n");
    EXPECT_EQ(message_text(entry_of("\x1b[2Jcleared")), "[11B blob data]");
}

TEST_F(JournalText, IsCutBetweenCharacters) {
    EXPECT_EQ(message_text(entry_of(std::string(longest_message, 'a'))), std::string(longest_message, 'a'));
    EXPECT_EQ(message_text(entry_of(std::string(longest_message + 1, 'a'))), std::string(longest_message, 'a') + "…");
    EXPECT_EQ(message_text(entry_of(std::string(longest_message - 1, 'a') + "é")), std::string(longest_message - 1, 'a') + "…");
}

TEST_F(JournalText, FrameIsTheLineAsJson) {
    EXPECT_EQ(log_frame(entry_of("say \"é\"\nagain")),
              "id: s=1;i=2\ndata: \"2025-11-24T20:26:40+0000 box hal0-slot-chat[42]: say \\\"é\\\"\\n" + std::string(49, ' ') + "again\"\n\n");
}

/// With a colon since systemd 255: "+00:00".
std::string without_colon_in_zone(std::string text) {
    for (std::size_t at = 0; (at = text.find("+00:00", at)) != text.npos;) text.replace(at, 6, "+0000");
    return text;
}

TEST_F(JournalText, IsWhatJournalctlPrints) {
    const std::vector<std::string> messages = {"plain", "", "one\ntwo\n", "\n", "a\n\nb", "tab\there", "\x1b[31mred\x1b[0m", "cr\r\n", "cr\rmiddle", "\xFF\xFE", "\x01", "é…", "\x1b[2J",
                                               "\x1b]0;title\ax", "\x1b[", "end\r", "\xEF\xBF\xBF", "C1 \xC2\x85", std::string(5000, 'w'), std::string(2000, '\x02')};
    const test::JournalFiles files;
    std::string entries;
    auto time = test::JournalFiles::start_time;
    for (const auto& message : messages) entries += test::exported(++time, {{"MESSAGE", message}, {"SYSLOG_IDENTIFIER", "chat"}, {"SYSLOG_PID", "5"}});
    entries += test::exported(++time, {{"MESSAGE", "x"}, {"_COMM", "podman"}, {"_PID", "6"}, {"_SOURCE_REALTIME_TIMESTAMP", "1764015990000000"}});
    entries += test::exported(++time, {{"NOTE", "no message"}});
    files.write("a", entries);
    std::string ours;
    for (const auto& entry : JournalReader{files.folder(), {}}.read_last(100, 1 << 20))
        if (entry.message) ours += short_iso(entry) + "\n";
    const auto theirs = test::run({JOURNALCTL, "--directory=" + files.folder(), "--output=short-iso", "--no-pager", "--quiet"}, {{"TZ", "UTC"}, {"LC_ALL", "C.UTF-8"}});
    EXPECT_EQ(theirs.status, 0) << theirs.err;
    EXPECT_EQ(ours, without_colon_in_zone(theirs.out));
}

}  // namespace
}  // namespace hal0::http
