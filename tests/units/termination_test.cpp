#include "units/helper/termination.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace hal0::helper {
namespace {

constexpr int end_status = 7;

/// A process that gets a SIGTERM, and always knows of it until its end, which takes a while.
[[noreturn]] void be_terminated() {
    on_sigterm([] {
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        return end_status;
    });
    if (has_sigterm_come()) _exit(EXIT_FAILURE);
    yield_to_sigterm();  // returns
    ::kill(getpid(), SIGTERM);
    while (has_sigterm_come()) {}
    _exit(EXIT_FAILURE);
}

/// What a child that got the signal, too, ended with, is not what the process ends with.
[[noreturn]] void yield() {
    on_sigterm([] { return end_status; });
    ::kill(getpid(), SIGTERM);
    yield_to_sigterm();
    _exit(EXIT_FAILURE);
}

TEST(Termination, IsKnownFromTheSignalToTheEnd) { EXPECT_EXIT(be_terminated(), testing::ExitedWithCode(end_status), ""); }

TEST(Termination, HasTheLastWord) { EXPECT_EXIT(yield(), testing::ExitedWithCode(end_status), ""); }

TEST(Termination, IsUnknownToWhoDoesNotAskForIt) { EXPECT_FALSE(has_sigterm_come()); }

}  // namespace
}  // namespace hal0::helper
