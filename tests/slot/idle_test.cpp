#include "slot/idle.hpp"

#include <gtest/gtest.h>

namespace hal0::slot {
namespace {

constexpr std::uint64_t second = 1'000'000, never = UINT64_MAX;

RestStep step(Rest rest, std::uint64_t now_s) {
    rest.used *= second;
    rest.unload_asked_at *= second;
    return rest_step(rest, now_s * second);
}
RestStep look_again(std::uint64_t at_s) { return {false, at_s * second}; }

TEST(Rest, LooksAgainWhenItBecomesIdleAndWhenItIsToBeUnloaded) {
    const Rest rest{.used = 100, .idle_after_s = 300, .idle_timeout_s = 600, .unload_asked_at = 0};
    EXPECT_EQ(step(rest, 100), look_again(400));
    EXPECT_EQ(step(rest, 399), look_again(400));
    EXPECT_EQ(step(rest, 400), look_again(700));
    EXPECT_EQ(step(rest, 699), look_again(700));
    EXPECT_EQ(step(rest, 700), (RestStep{true, 760 * second}));
}

TEST(Rest, MayBeUnloadedBeforeItIsIdle) {
    const Rest rest{.used = 100, .idle_after_s = 300, .idle_timeout_s = 10, .unload_asked_at = 0};
    EXPECT_EQ(step(rest, 100), look_again(110));
    EXPECT_EQ(step(rest, 110), (RestStep{true, 170 * second}));
}

TEST(Rest, IsNeverUnloadedWithoutATimeout) {
    const Rest rest{.used = 100, .idle_after_s = 300, .idle_timeout_s = 0, .unload_asked_at = 0};
    EXPECT_EQ(step(rest, 100), look_again(400));
    EXPECT_EQ(step(rest, 400), (RestStep{false, never}));
}

TEST(Rest, AnUnloadThatFailedIsAskedForAgainAfterAMinute) {
    const Rest rest{.used = 100, .idle_after_s = 300, .idle_timeout_s = 600, .unload_asked_at = 700};
    EXPECT_EQ(step(rest, 700), look_again(760));
    EXPECT_EQ(step(rest, 759), look_again(760));
    EXPECT_EQ(step(rest, 760), (RestStep{true, 820 * second}));
}

TEST(Rest, ATimeoutThatWasChangedSinceCounts) {
    EXPECT_EQ(step({.used = 100, .idle_after_s = 300, .idle_timeout_s = 0, .unload_asked_at = 700}, 800), (RestStep{false, never}));
    EXPECT_EQ(step({.used = 100, .idle_after_s = 300, .idle_timeout_s = 3600, .unload_asked_at = 700}, 800), look_again(3700));
}

}  // namespace
}  // namespace hal0::slot
