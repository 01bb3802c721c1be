#include "http-bridge/journal/journal.hpp"

#include "http-bridge/http/answer.hpp"
#include "chat_slot.hpp"
#include "journal_files.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

namespace hal0::http {
namespace {

using test::exported;
using test::JournalFiles;

bus::Task<> keep(bus::Task<JournalPage> task, std::optional<JournalPage>& page) {
    auto got = co_await std::move(task);
    page = std::move(got);
}

/// Runs the loop until the task has ended; its exception is thrown here.
JournalPage wait_for(bus::Loop& loop, bus::Task<JournalPage> task) {
    std::optional<JournalPage> page;
    std::exception_ptr problem;
    bool ended = false;
    bus::detach(keep(std::move(task), page), [&](std::exception_ptr found) {
        problem = found;
        ended = true;
    });
    while (!ended) sd_event_run(loop.event(), UINT64_MAX);
    if (problem) std::rethrow_exception(problem);
    return *std::move(page);
}

std::vector<std::string> messages(const JournalPage& page) {
    std::vector<std::string> texts;
    for (const auto& entry : page.entries) texts.push_back(entry.message.value_or("(none)"));
    return texts;
}
using Texts = std::vector<std::string>;

class JournalTest : public testing::Test {
protected:
    JournalPage last(const JournalQuery& query, std::size_t lines) { return wait_for(loop_, journal_.last(query, lines)); }
    JournalPage since(const JournalQuery& query, std::uint64_t time, std::size_t most) { return wait_for(loop_, journal_.since(query, time, most)); }

    JournalFiles files_;
    bus::Loop loop_;
    Journal journal_{loop_, files_.folder()};
    const std::uint64_t start_ = JournalFiles::start_time;
};

TEST_F(JournalTest, LastAreTheNewestInOrder) {
    files_.write("a", JournalFiles::lines(1, 50));
    const auto page = last({}, 3);
    EXPECT_EQ(messages(page), (Texts{"line 48", "line 49", "line 50"}));
    EXPECT_EQ(page.hint, "");
    EXPECT_EQ(page.entries[0].realtime, start_ + 48);
    EXPECT_EQ(page.entries[0].unit, "hal0d.service");
    EXPECT_TRUE(page.entries[0].cursor.starts_with("s=")) << page.entries[0].cursor;
    EXPECT_EQ(last({}, 1000).entries.size(), 50U);
    EXPECT_EQ(last({}, 0).entries.size(), 0U);
}

TEST_F(JournalTest, LastAreOfAllFiles) {
    files_.write("a", JournalFiles::lines(1, 2) + JournalFiles::lines(5, 5));
    files_.write("b", JournalFiles::lines(3, 4));
    EXPECT_EQ(messages(last({}, 4)), (Texts{"line 2", "line 3", "line 4", "line 5"}));
}

TEST_F(JournalTest, SinceIsExclusiveAndBounded) {
    files_.write("a", JournalFiles::lines(1, 50));
    EXPECT_EQ(messages(since({}, start_ + 10, 3)), (Texts{"line 11", "line 12", "line 13"}));
    EXPECT_EQ(messages(since({}, start_ + 49, 3)), (Texts{"line 50"}));
    EXPECT_EQ(messages(since({}, start_ + 50, 3)), (Texts{}));
    EXPECT_EQ(since({}, 0, 1000).entries.size(), 50U);
}

// Whoever goes on from the time of the last one would never see the others.
TEST_F(JournalTest, SinceGivesAllOfTheSameTime) {
    std::string entries;
    for (const char* text : {"a", "b", "c"}) entries += exported(start_ + 1, {{"MESSAGE", text}});
    files_.write("a", entries + exported(start_ + 2, {{"MESSAGE", "d"}}));
    EXPECT_EQ(messages(since({}, 0, 1)), (Texts{"a", "b", "c"}));
    EXPECT_EQ(messages(since({}, start_ + 1, 1)), (Texts{"d"}));
}

TEST_F(JournalTest, SlotLogIsTheUnitsAndWhatSystemdSaysOfIt) {
    const std::string unit = "hal0-slot@chat.service";
    files_.write("a", exported(start_ + 1, {{"MESSAGE", "server"}, {"_SYSTEMD_UNIT", unit}, {"_PID", "70"}}) +
                          exported(start_ + 2, {{"MESSAGE", "Started"}, {"UNIT", unit}, {"_PID", "1"}}) +
                          exported(start_ + 3, {{"MESSAGE", "forged"}, {"UNIT", unit}, {"_PID", "70"}, {"_UID", "1000"}}) +
                          exported(start_ + 4, {{"MESSAGE", "other"}, {"_SYSTEMD_UNIT", "hal0-slot@embed.service"}}) +
                          exported(start_ + 5, {{"MESSAGE", "root"}, {"OBJECT_SYSTEMD_UNIT", unit}, {"_UID", "0"}}));
    EXPECT_EQ(messages(last(slot_log(chat_slot), 10)), (Texts{"server", "Started", "root"}));
    const auto theirs = test::run({JOURNALCTL, "--directory=" + files_.folder(), "--unit=" + unit, "--output=cat", "--no-pager", "--quiet"}, {{"LC_ALL", "C.UTF-8"}});
    EXPECT_EQ(theirs.out, "server\nStarted\nroot\n");
}

TEST_F(JournalTest, TransitionsAreHal0dsOwn) {
    const auto of = [&](std::uint64_t at, const char* text, const char* slot, const char* state, const char* priority, const char* unit) {
        return exported(start_ + at, {{"MESSAGE", text}, {"HAL0_SLOT", slot}, {"HAL0_STATE", state}, {"HAL0_OLD_STATE", "ready"}, {"PRIORITY", priority}, {"_SYSTEMD_UNIT", unit}});
    };
    files_.write("a", of(1, "a", "chat", "ready", "6", "hal0d.service") + of(2, "b", "embed", "error", "3", "hal0d.service") + of(3, "c", "chat", "error", "3", "hal0d.service") +
                          of(4, "forged", "chat", "error", "3", "session.scope") + exported(start_ + 5, {{"MESSAGE", "no state"}, {"_SYSTEMD_UNIT", "hal0d.service"}}));
    EXPECT_EQ(messages(last(transitions(), 10)), (Texts{"a", "b", "c"}));
    EXPECT_EQ(messages(last(transitions(chat_slot), 10)), (Texts{"a", "c"}));
    EXPECT_EQ(messages(last(transitions(chat_slot, LeastSeverity::error), 10)), (Texts{"c"}));
    EXPECT_EQ(last(transitions(chat_slot), 1).entries.front().old_state, "ready");
}

TEST_F(JournalTest, LongMessagesAreCut) {
    files_.write("a", exported(start_ + 1, {{"MESSAGE", std::string(40'000, 'x')}}));
    const auto page = last({}, 1);
    ASSERT_EQ(page.entries.size(), 1U);
    EXPECT_EQ(page.entries[0].message->size(), longest_message + 1);
}

TEST_F(JournalTest, AnAnswerIsBounded) {
    std::string entries;
    for (std::uint64_t i = 1; i <= 700; ++i) entries += exported(start_ + i, {{"MESSAGE", std::to_string(i) + std::string(15'000, 'x')}});
    files_.write("a", entries);
    const auto page = last({}, 5000);
    EXPECT_LT(page.entries.size(), 300U);
    EXPECT_GT(page.entries.size(), 250U);
    EXPECT_EQ(page.entries.back().realtime, start_ + 700);
    EXPECT_NE(page.hint.find("only the newest"), std::string::npos) << page.hint;
}

TEST_F(JournalTest, WithoutAJournalSaysWhatToDo) {
    const auto page = last({}, 3);
    EXPECT_TRUE(page.entries.empty());
    EXPECT_NE(page.hint.find("Storage="), std::string::npos) << page.hint;
    Journal none{loop_, files_.folder() + "/none"};
    EXPECT_NE(wait_for(loop_, none.since({}, 0, 3)).hint.find("Storage="), std::string::npos);
}

/// Exits with 0 if the hint names the group.
[[noreturn]] void read_as_nobody(const std::string& folder) {
    bus::Loop loop;
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0) _exit(2);
    Journal journal{loop, folder};
    const auto page = wait_for(loop, journal.last({}, 3));
    _exit(page.entries.empty() && page.hint.find("group systemd-journal") != std::string::npos ? 0 : 1);
}

TEST(JournalAccess, WithoutPermissionSaysWhatToDo) {
    const JournalFiles files;
    files.write("a", JournalFiles::lines(1, 3));
    namespace fs = std::filesystem;
    fs::permissions(fs::path{files.folder()}.parent_path(), fs::perms::owner_all | fs::perms::others_exec);
    for (const auto& what : {files.file("a"), files.folder()}) {
        fs::permissions(what, fs::perms::none);
        const auto child = fork();
        if (child == 0) read_as_nobody(files.folder());
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << what << ": " << status;
        fs::permissions(what, fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
    }
}

TEST_F(JournalTest, RefusesMoreReadsThanMayWait) {
    files_.write("a", JournalFiles::lines(1, 3));
    std::size_t ended = 0, refused = 0;
    std::vector<std::optional<JournalPage>> pages(Journal::most_waiting + 1);
    for (auto& page : pages)
        bus::detach(keep(journal_.last({}, 1), page), [&](std::exception_ptr problem) {
            ++ended;
            try {
                if (problem) std::rethrow_exception(problem);
            } catch (const Refused& why) {
                EXPECT_EQ(why.status(), 503);
                ++refused;
            }
        });
    while (ended < pages.size()) sd_event_run(loop_.event(), UINT64_MAX);
    EXPECT_EQ(refused, 1U);
    EXPECT_EQ(messages(last({}, 1)), (Texts{"line 3"}));
}

}  // namespace
}  // namespace hal0::http
