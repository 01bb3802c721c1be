#include "cli/api/sse_parser.hpp"
#include "cli/failure.hpp"

#include <gtest/gtest.h>

namespace hal0::cli {
namespace {

using Events = std::vector<Event>;

TEST(SseParser, ReadsTypeDataAndId) {
    SseParser parser;
    EXPECT_EQ(parser.feed("id: 7\nevent: slot\ndata: a\ndata:b\n\n"), (Events{{"slot", "a\nb"}}));
    EXPECT_EQ(parser.last_id(), "7");
    EXPECT_EQ(parser.feed("data:  c\n\n"), (Events{{"message", " c"}})) << "one space alone is not part of it";
}

TEST(SseParser, TakesAnyLineEndAndAnySplit) {
    const std::string text = "\xEF\xBB\xBF: hello\r\ndata: 1\r\n\r\ndata: 2\r\rdata: 3\n\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        SseParser parser;
        auto events = parser.feed(text.substr(0, cut));
        for (auto& event : parser.feed(text.substr(cut))) events.push_back(event);
        EXPECT_EQ(events, (Events{{"message", "1"}, {"message", "2"}, {"message", "3"}})) << cut;
    }
}

TEST(SseParser, IgnoresCommentsUnknownFieldsAndEventsWithoutData) {
    SseParser parser;
    EXPECT_TRUE(parser.feed(": ping\n\nevent: x\n\nfoo: bar\nfoo\n\n").empty());
    EXPECT_EQ(parser.feed("data\n\n"), (Events{{"message", ""}}));
}

TEST(SseParser, RemembersRetry) {
    SseParser parser;
    parser.feed("retry: 2000\nretry: soon\nretry: -1\n\n");
    EXPECT_EQ(parser.retry(), std::chrono::milliseconds{2000});
}

TEST(SseParser, ForgetsWhatABrokenConnectionLeftUnfinished) {
    SseParser parser;
    parser.feed("id: 1\ndata: a\n\nid: 2\ndata: hal");
    parser.restart();
    EXPECT_EQ(parser.last_id(), "1");
    EXPECT_EQ(parser.feed("data: b\n\n"), (Events{{"message", "b"}}));
    EXPECT_EQ(parser.last_id(), "1");
}

TEST(SseParser, TakesNoIdThatCouldNotBeAHeader) {
    SseParser parser;
    parser.feed(std::string{"id: 1\0x\n\nid: a\tb\n\n", 18});
    EXPECT_EQ(parser.last_id(), "");
}

TEST(SseParser, HasALimit) {
    SseParser parser;
    EXPECT_THROW(for (int i = 0; i < 2000; ++i) parser.feed("data: " + std::string(1000, 'x') + "\n"), Disconnected);
    SseParser another;
    EXPECT_THROW(another.feed(std::string(2'000'000, 'x')), Disconnected);
}

}  // namespace
}  // namespace hal0::cli
