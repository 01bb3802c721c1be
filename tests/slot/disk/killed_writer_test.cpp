// A process that writes one of two texts again and again is killed at random moments: the file is always one of both, whole,
// and what the process left besides can be told from other files.
#include "slot/disk/temporary.hpp"
#include "slot/disk/write_file.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <random>
#include <thread>

namespace hal0::disk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kills = 200;
// Large enough that a write is not over in one page.
const std::string one(200'000, '1'), two(150'000, '2');

/// Runs `write` in a process of its own, over and over, and kills that after some milliseconds.
void run_and_kill(const std::function<void()>& write, std::chrono::microseconds after) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        for (;;) write();
    }
    std::this_thread::sleep_for(after);
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself: " << status;
}

class KilledWriter : public testing::Test {
protected:
    std::string file() const { return scratch / "file"; }

    void kill_often(const std::function<void()>& write, bool may_be_absent = false) {
        std::mt19937 random{4711};
        std::uniform_int_distribution microseconds{0, 20'000};
        std::size_t removed = 0, times_one = 0;
        for (std::size_t i = 0; i < kills; ++i) {
            run_and_kill(write, std::chrono::microseconds{microseconds(random)});
            const auto text = test::read_text(file());
            ASSERT_TRUE(text == one || text == two || (may_be_absent && !fs::exists(file()))) << "after kill " << i << ": " << text.size() << " bytes";
            times_one += text == one;
            removed += *remove_stale_temporaries(scratch / "");
            ASSERT_LE(test::tree(scratch / "").size(), 1U) << "after kill " << i;
        }
        // Else nothing was tried.
        EXPECT_GT(removed, 0U);
        EXPECT_GT(times_one, 0U);
        EXPECT_LT(times_one, kills);
    }
    test::Scratch scratch;
};

TEST_F(KilledWriter, OfWriteFile) {
    ASSERT_EQ(write_file(file(), one), std::nullopt);
    kill_often([this] {
        if (write_file(file(), two) || write_file(file(), one)) _exit(1);
    });
}

TEST_F(KilledWriter, OfReplaceFile) {
    ASSERT_EQ(write_file(file(), one), std::nullopt);
    // Which one a predecessor has left is not known.
    kill_often([this] {
        const auto first = replace_file(file(), one, two), second = replace_file(file(), two, one);
        if (!first || !second) _exit(1);
    });
}

TEST_F(KilledWriter, OfCreateFile) {
    kill_often(
        [this] {
            for (const auto& text : {one, two}) {
                if (!create_file(file(), text)) _exit(1);
                std::this_thread::sleep_for(std::chrono::milliseconds{1});  // else it is hardly ever there
                if (!remove_file(file())) _exit(1);
            }
        },
        /*may_be_absent=*/true);
}

}  // namespace
}  // namespace hal0::disk
