#include "http-bridge/journal/journal_json.hpp"

#include "chat_slot.hpp"

#include <gtest/gtest.h>
#include <time.h>

#include <cstdlib>

namespace hal0::http {
namespace {

JournalEntry transition() {
    JournalEntry entry;
    entry.cursor = "s=1;i=2";
    entry.realtime = 1'764'016'000'123'456;
    entry.message = "slot chat: warming → error: it crashed";
    entry.priority = "3";
    entry.unit = "hal0d.service";
    entry.comm = "hal0d";
    entry.pid = "42";
    entry.slot = "chat";
    entry.state = "error";
    entry.old_state = "warming";
    entry.reason = "it crashed";
    return entry;
}

constexpr auto event_text = R"({"data":{"from":"warming","reason":"it crashed","slot":"chat","to":"error"},"id":1764016000123456,"message":"slot chat: warming → error: it crashed",)"
                            R"("severity":"error","source":"hal0d","ts":1764016000.123456,"type":"slot.state"})";

TEST(JournalJson, EventIsATransition) {
    EXPECT_EQ(event_row(transition()).dump(), event_text);
    EXPECT_EQ(event_row_frame(transition()), std::string{"id: s=1;i=2\ndata: "} + event_text + "\n\n");
}

TEST(JournalJson, EventThatIsNoErrorIsInfo) {
    auto entry = transition();
    entry.priority = "6";
    EXPECT_EQ(event_row(entry)["severity"], "info");
}

TEST(JournalJson, EventsSayWhereToGoOn) {
    auto older = transition();
    older.realtime -= 5;  // after the clock was set back
    const auto answer = events_answer({{transition(), older}, ""}, 7);
    EXPECT_EQ(answer["next_since"], 1'764'016'000'123'456);
    EXPECT_EQ(answer["events"].size(), 2U);
    EXPECT_FALSE(answer.contains("hint"));
    EXPECT_EQ(events_answer({{}, "why"}, 7).dump(), R"({"epoch":")" + journal_epoch() + R"(","events":[],"hint":"why","next_since":7})");
}

TEST(JournalJson, EpochIsConstant) {
    EXPECT_EQ(journal_epoch(), journal_epoch());
    EXPECT_TRUE(journal_epoch().empty() || journal_epoch().size() == 32);
}

TEST(JournalJson, RowOfAService) {
    EXPECT_EQ(journal_row(transition()).dump(),
              R"({"data":{"identifier":"hal0d","pid":42,"unit":"hal0d.service"},"id":1764016000123456,"level":"error","msg":"slot chat: warming → error: it crashed","source":"hal0","ts":1764016000.123456})");
}

TEST(JournalJson, RowOfWhatPid1Says) {
    JournalEntry entry;
    entry.message = "a\xFF";
    entry.pid = "1";
    entry.identifier = "systemd";
    entry.unit = "init.scope";
    entry.about_unit = "hal0d.service";
    EXPECT_EQ(journal_row_frame(entry),
              "data: {\"data\":{\"identifier\":\"systemd\",\"pid\":1,\"unit\":\"hal0d.service\"},\"id\":0,\"level\":\"info\",\"msg\":\"[2B blob data]\",\"source\":\"hal0\",\"ts\":0.0}\n\n");
    entry.pid = "many";
    EXPECT_TRUE(journal_row(entry)["data"]["pid"].is_null());
}

TEST(JournalJson, LevelIsThatOfSyslog) {
    const std::map<std::string, std::string> levels = {{"0", "error"}, {"3", "error"}, {"4", "warning"}, {"5", "info"}, {"6", "info"}, {"7", "debug"}, {"", "info"}, {"8", "info"}};
    for (const auto& [priority, level] : levels) {
        auto entry = transition();
        entry.priority = priority;
        EXPECT_EQ(journal_row(entry)["level"], level) << priority;
    }
}

TEST(JournalJson, LogsAreLines) {
    setenv("TZ", "UTC", 1);
    tzset();
    auto first = transition(), none = transition(), second = transition();
    first.message = "one";
    none.message.reset();
    second.message = "two";
    EXPECT_EQ(logs_answer(chat_slot, {{first, none, second}, ""}).dump(),
              R"({"logs":"2025-11-24T20:26:40+0000 hal0d[42]: one\n2025-11-24T20:26:40+0000 hal0d[42]: two","name":"chat"})");
    EXPECT_EQ(logs_answer(chat_slot, {{}, "why"}).dump(), R"({"hint":"why","logs":"","name":"chat"})");
}

}  // namespace
}  // namespace hal0::http
