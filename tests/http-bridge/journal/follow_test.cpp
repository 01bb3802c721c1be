#include "http-bridge/http/answer.hpp"
#include "http-bridge/journal/journal.hpp"
#include "journal_files.hpp"
#include "test_sink.hpp"
#include "../turning_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

namespace hal0::http {
namespace {

using test::exported;
using test::JournalFiles;
using test::JournalWriter;
using test::TestSink;

struct Frame {
    std::string id, data;
};

std::string frame(const JournalEntry& entry) { return event_frame(entry.cursor, "", entry.message.value_or("")); }

class JournalFollowTest : public test::TurningLoop {
protected:
    std::shared_ptr<TestSink> sink(std::size_t bound = 64 * 1024) {
        return std::make_shared<TestSink>(loop_, bound, [this](const std::string& text) { take(text); });
    }
    std::shared_ptr<TestSink> follow(FollowFrom from, const JournalQuery& query = {}, std::size_t bound = 64 * 1024) {
        auto made = sink(bound);
        journal_.follow(query, std::move(from), made, frame);
        return made;
    }
    void take(const std::string& text) {
        const auto data = text.find("data: ");
        const auto id = text.starts_with("id: ") ? text.substr(4, text.find('\n') - 4) : "";
        frames_.push_back({id, text.substr(data + 6, text.size() - data - 8)});
    }
    bool has(std::size_t count) {
        return turn_until([&] { return frames_.size() >= count; });
    }
    /// The lines `first` to `last`, each once and in order.
    void expect_lines(int first, int last) {
        ASSERT_EQ(frames_.size(), static_cast<std::size_t>(last - first + 1));
        for (const auto& got : frames_) ASSERT_EQ(got.data, "line " + std::to_string(first++));
    }

    /// Waits until the journal's thread has done all that it was asked for: jobs come in their order.
    bool becomes_idle() {
        bool idle = false;
        bus::detach(wait_for_last(), [&](std::exception_ptr) { idle = true; });
        return turn_until([&] { return idle; });
    }
    /// Those of this process then.
    std::size_t descriptors_when_idle() {
        EXPECT_TRUE(becomes_idle());
        const auto all = std::filesystem::directory_iterator{"/proc/self/fd"};
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }
    bus::Task<> wait_for_last() { co_await journal_.last({}, 1); }

    JournalFiles files_;
    std::vector<Frame> frames_;
    Journal journal_{loop_, files_.folder()};
};

TEST_F(JournalFollowTest, NowBringsWhatIsWrittenFromNowOn) {
    files_.write("a", JournalFiles::lines(1, 10));
    const auto stream = follow({});
    ASSERT_TRUE(becomes_idle());
    turn_a_while(std::chrono::milliseconds{300});
    EXPECT_TRUE(frames_.empty());
    JournalWriter writer{files_.file("a")};
    for (int i = 11; i <= 20; ++i) {
        writer.write(JournalFiles::lines(i, i));
        ASSERT_TRUE(has(static_cast<std::size_t>(i - 10))) << i;
    }
    expect_lines(11, 20);
}

TEST_F(JournalFollowTest, LinesBringsTheNewestOfThemFirst) {
    files_.write("a", JournalFiles::lines(1, 10));
    const auto stream = follow({"", 3});
    ASSERT_TRUE(has(3));
    files_.write("a", JournalFiles::lines(11, 12));
    ASSERT_TRUE(has(5));
    turn_a_while(std::chrono::milliseconds{300});
    expect_lines(8, 12);
}

TEST_F(JournalFollowTest, MoreLinesThanThereAreBringsAll) {
    files_.write("a", JournalFiles::lines(1, 10));
    const auto stream = follow({"", 5000});
    ASSERT_TRUE(has(10));
    turn_a_while(std::chrono::milliseconds{300});
    expect_lines(1, 10);
}

TEST_F(JournalFollowTest, FilesThatComeLaterAreRead) {
    files_.write("a", JournalFiles::lines(1, 3));
    const auto stream = follow({});
    ASSERT_TRUE(becomes_idle());
    turn_a_while(std::chrono::milliseconds{300});
    files_.write("b", JournalFiles::lines(4, 6));
    ASSERT_TRUE(has(3));
    std::filesystem::remove(files_.file("a"));
    files_.write("c", JournalFiles::lines(7, 9));
    ASSERT_TRUE(has(6));
    turn_a_while(std::chrono::milliseconds{300});
    expect_lines(4, 9);
}

TEST_F(JournalFollowTest, ASlotOfWhichNothingWasEverWrittenIsFollowed) {
    files_.write("a", JournalFiles::lines(1, 3));
    const auto stream = follow({}, {{{"_SYSTEMD_UNIT=hal0-slot@chat.service"}}});
    ASSERT_TRUE(becomes_idle());
    turn_a_while(std::chrono::milliseconds{300});
    files_.write("a", exported(JournalFiles::start_time + 4, {{"MESSAGE", "line 1"}, {"_SYSTEMD_UNIT", "hal0-slot@chat.service"}}) + JournalFiles::lines(5, 5));
    ASSERT_TRUE(has(1));
    turn_a_while(std::chrono::milliseconds{300});
    expect_lines(1, 1);
}

TEST_F(JournalFollowTest, ResumesBehindTheCursor) {
    files_.write("a", JournalFiles::lines(1, 500));
    auto stream = follow({"", 500});
    ASSERT_TRUE(has(500));
    stream->leave();
    turn_until([&] { return journal_.followers() == 0; });
    for (const std::size_t at : {0U, 198U, 199U, 200U, 498U, 499U}) {
        const auto cursor = frames_[at].id;
        auto before = std::exchange(frames_, {});
        stream = follow({cursor, 7});
        ASSERT_TRUE(has(499 - at));
        turn_a_while(std::chrono::milliseconds{300});
        expect_lines(static_cast<int>(at) + 2, 500);
        stream->leave();
        turn_until([&] { return journal_.followers() == 0; });
        frames_ = std::move(before);
    }
}

// A reader that loses its connection again and again while lines are written gets each of them once.
TEST_F(JournalFollowTest, NothingIsLostOrDoubledAcrossReconnects) {
    files_.write("a", JournalFiles::lines(1, 1));
    JournalWriter writer{files_.file("a")};
    std::string cursor;
    for (int i = 0; i < 30; ++i) {
        const auto stream = follow({cursor, 1});
        if (cursor.empty()) {
            ASSERT_TRUE(has(1));  // the newest one, before there are more
        }
        writer.write(JournalFiles::lines(2 + i * 40, 41 + i * 40));
        ASSERT_TRUE(has(static_cast<std::size_t>(i * 40 + 1 + i % 40)));
        stream->leave();
        turn_until([&] { return journal_.followers() == 0; });
        cursor = frames_.back().id;
    }
    const auto stream = follow({cursor, 1});
    ASSERT_TRUE(has(1201));
    turn_a_while(std::chrono::milliseconds{300});
    expect_lines(1, 1201);
}

TEST_F(JournalFollowTest, ACursorWhoseEntryIsGoneResumesWhatCameAfterIt) {
    files_.write("old", JournalFiles::lines(1, 5));
    files_.write("new", JournalFiles::lines(6, 9));
    auto stream = follow({"", 9});
    ASSERT_TRUE(has(9));
    const auto cursor = frames_[3].id;
    stream->leave();
    turn_until([&] { return journal_.followers() == 0; });
    frames_.clear();
    std::filesystem::remove(files_.file("old"));
    stream = follow({cursor, 0});
    ASSERT_TRUE(has(4));
    turn_a_while(std::chrono::milliseconds{300});
    expect_lines(6, 9);
}

TEST_F(JournalFollowTest, ACursorNewerThanAllThereIsBringsWhatIsWrittenNext) {
    files_.write("a", JournalFiles::lines(1, 5));
    const auto stream = follow({"t=7fffffffffffff", 3});
    ASSERT_TRUE(becomes_idle());
    turn_a_while(std::chrono::milliseconds{300});
    EXPECT_TRUE(frames_.empty());
    files_.write("a", JournalFiles::lines(6, 7));
    ASSERT_TRUE(has(2));
    turn_a_while(std::chrono::milliseconds{300});
    expect_lines(6, 7);
}

TEST_F(JournalFollowTest, WhatIsNoCursorIsAsNone) {
    files_.write("a", JournalFiles::lines(1, 5));
    for (const std::string cursor : {"17", "s=;i=", "../../etc/passwd", "s=zz;i=1;b=1;m=1;t=1;x=1"}) {
        frames_.clear();
        const auto stream = follow({cursor, 2});
        ASSERT_TRUE(has(2)) << cursor;
        turn_a_while(std::chrono::milliseconds{300});
        expect_lines(4, 5);
        stream->leave();
        turn_until([&] { return journal_.followers() == 0; });
    }
}

TEST_F(JournalFollowTest, ALongBacklogGoesThroughASmallQueue) {
    files_.write("a", JournalFiles::lines(1, 20'000));
    const auto stream = follow({"", 20'000});
    ASSERT_TRUE(has(20'000)) << frames_.size();
    EXPECT_FALSE(stream->was_dropped());
    EXPECT_LE(stream->most_queued(), 64U * 1024);
    expect_lines(1, 20'000);
}

TEST_F(JournalFollowTest, AQueueOfOneFrameIsEnough) {
    files_.write("a", JournalFiles::lines(1, 1000));
    const auto stream = follow({"", 1000}, {}, 200);
    ASSERT_TRUE(has(1000)) << frames_.size();
    expect_lines(1, 1000);
}

TEST_F(JournalFollowTest, AReaderThatDoesNotReadIsNotDroppedByItsBacklog) {
    files_.write("a", JournalFiles::lines(1, 5000));
    const auto stream = sink();
    stream->pause();
    journal_.follow({}, {"", 5000}, stream, frame);
    turn_a_while(std::chrono::milliseconds{300});
    EXPECT_TRUE(stream->is_open());
    EXPECT_GT(stream->most_queued(), 0U);
}

TEST_F(JournalFollowTest, EndsWithTheStream) {
    files_.write("a", JournalFiles::lines(1, 5000));
    const auto stream = follow({"", 5000});
    ASSERT_TRUE(has(1));
    stream->leave();
    ASSERT_TRUE(turn_until([&] { return journal_.followers() == 0; }));
    const auto got = frames_.size();
    turn_a_while(std::chrono::milliseconds{300});
    EXPECT_EQ(frames_.size(), got);
    EXPECT_LT(got, 5000U);
    EXPECT_EQ(stream.use_count(), 1);
}

TEST_F(JournalFollowTest, AnEntryWithoutAFrameIsPassedOver) {
    files_.write("a", JournalFiles::lines(1, 600));
    const auto stream = sink();
    journal_.follow({}, {"", 600}, stream, [](const JournalEntry& entry) { return entry.message->ends_with("0") ? frame(entry) : std::string{}; });
    ASSERT_TRUE(has(60));
    EXPECT_EQ(frames_.back().data, "line 600");
}

TEST_F(JournalFollowTest, WithoutAJournalSaysSoAndEnds) {
    std::string all;
    const auto stream = std::make_shared<TestSink>(loop_, 4096, [&](const std::string& text) { all += text; });
    journal_.follow({}, {}, stream, frame);
    ASSERT_TRUE(turn_until([&] { return journal_.followers() == 0; }));
    EXPECT_EQ(all, "event: degraded\ndata: {\"message\":\"there is no journal on this machine: systemd-journald.service does not run, or Storage= in journald.conf(5) is none; "
                   "set it to persistent or auto\"}\n\n");
    EXPECT_FALSE(stream->is_open());
}

TEST_F(JournalFollowTest, ThereIsALimit) {
    files_.write("a", JournalFiles::lines(1, 5));
    std::vector<std::shared_ptr<TestSink>> streams;
    while (streams.size() < Journal::most_followers) streams.push_back(follow({"", 1}));
    try {
        follow({});
        ADD_FAILURE() << "no limit";
    } catch (const Refused& why) {
        EXPECT_EQ(why.status(), 503);
        EXPECT_EQ(why.code(), "system.too_many_streams");
    }
    ASSERT_TRUE(has(64));
    streams.front()->leave();
    ASSERT_TRUE(turn_until([&] { return journal_.followers() == 63; }));
    EXPECT_NO_THROW(follow({}));
    for (const auto& stream : streams) stream->leave();
}

TEST_F(JournalFollowTest, NothingIsLeftOfStreams) {
    files_.write("a", JournalFiles::lines(1, 5));
    std::size_t before = 0;
    for (std::size_t i = 0; i < 50; ++i) {
        const auto stream = follow({"", 5});
        ASSERT_TRUE(has((i + 1) * 5));
        stream->leave();
        ASSERT_TRUE(turn_until([&] { return journal_.followers() == 0; }));
        // The first one also makes the clock of the thread's loop, which stays. Jobs come in their order: when this is answered, the stream's files are closed.
        if (i == 0) before = descriptors_when_idle();
    }
    EXPECT_EQ(descriptors_when_idle(), before);
}

TEST_F(JournalFollowTest, AStreamMayEndAfterTheJournal) {
    files_.write("a", JournalFiles::lines(1, 5));
    const auto stream = sink();
    {
        Journal journal{loop_, files_.folder()};
        journal.follow({}, {"", 5}, stream, frame);
    }
    stream->leave();
    turn_a_while(std::chrono::milliseconds{300});
    EXPECT_FALSE(stream->is_open());
}

}  // namespace
}  // namespace hal0::http
