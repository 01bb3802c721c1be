#include "units/prepare/back_off.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::prepare {
namespace {

constexpr std::uint64_t second = 1'000'000;

/// A run of so many seconds, whose end is so many before the end of the last run of all.
Past past(std::uint32_t restarts, std::uint64_t ran, std::uint64_t end_before_last_tenths) {
    Past seen;
    seen.restarts = restarts;
    seen.active_enter = 1000 * second;
    seen.active_exit = seen.active_enter + ran * second;
    seen.inactive_enter = seen.active_exit + end_before_last_tenths * second / 10;
    seen.restart_delay = second;
    seen.limit_interval = 1380 * second;
    return seen;
}

TEST(FollowsLongRun, WhenTheRunThatEndedWasLongerThanTheWindow) {
    struct Case {
        std::string rule;
        Past past;
        bool expected;
    };
    Past never, still_active = past(2, 2000, 0), no_delay = past(1, 2000, 0);
    never.restarts = 3;
    never.restart_delay = second;
    still_active.active_exit = still_active.active_enter - 1;
    no_delay.restart_delay = 0;
    const std::vector<Case> cases = {
        {"a month, and it ended just now", past(1, 2'592'000, 4), true},
        {"as long as the window", past(1, 1380, 4), false},
        {"a second more", past(1, 1381, 4), true},
        {"short runs", past(4, 30, 4), false},
        {"another run lies between: RestartSec= at least", past(1, 2000, 10), false},
        {"and behind it again", past(2, 2000, 15), false},
        {"cleaning up took long, but before the third restart we waited for two seconds", past(3, 2000, 29), true},
        {"another run lies between, after two seconds", past(3, 2000, 30), false},
        {"before the sixth it would have been sixteen", past(6, 2000, 169), true},
        {"another run lies between, after sixteen", past(6, 2000, 170), false},
        {"it was never active", never, false},
        {"the end of another run", still_active, false},
        {"nobody restarted it", past(0, 2000, 4), false},
        {"without any delay nobody can tell", no_delay, false},
    };
    for (const auto& c : cases) EXPECT_EQ(follows_long_run(c.past), c.expected) << c.rule;
}

}  // namespace
}  // namespace hal0::prepare
