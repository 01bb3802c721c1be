#include "cli/watch/course.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace hal0::cli {
namespace {

using End = Course::End;

SlotState state(std::string name, double at, std::string model = "tiny", std::string message = "") { return {std::move(name), std::move(message), std::move(model), 8081, at}; }

Course course(Operation operation, SlotState before, const std::vector<SlotState>& states, std::string wanted = "tiny") {
    Course made{operation, std::move(wanted), std::move(before)};
    made.accepted();
    for (const auto& one : states) made.see(one);
    return made;
}

TEST(Course, ALoadEndsWhereItRuns) {
    EXPECT_EQ(course(Operation::load, state("offline", 1), {}).end(), End::none);
    EXPECT_EQ(course(Operation::load, state("offline", 1), {state("starting", 2), state("warming", 3)}).end(), End::none);
    EXPECT_EQ(course(Operation::load, state("offline", 1), {state("starting", 2), state("idle", 3)}).end(), End::done);
    EXPECT_EQ(course(Operation::load, state("ready", 1), {}).end(), End::done);
    EXPECT_EQ(course(Operation::load, state("ready", 1), {state("serving", 2)}, "other").end(), End::none);
}

TEST(Course, WhatWasBeforeIsNoEnd) {
    EXPECT_EQ(course(Operation::restart, state("ready", 1), {}).end(), End::none);
    EXPECT_EQ(course(Operation::restart, state("ready", 1), {state("serving", 2), state("ready", 3)}).end(), End::none);
    EXPECT_EQ(course(Operation::restart, state("ready", 1), {state("unloading", 2), state("offline", 3), state("starting", 4)}).end(), End::none);
    EXPECT_EQ(course(Operation::restart, state("ready", 1), {state("unloading", 2), state("ready", 3)}).end(), End::done);
    EXPECT_EQ(course(Operation::restart, state("offline", 1), {state("starting", 2), state("ready", 3)}).end(), End::done);
    EXPECT_EQ(course(Operation::load, state("error", 1), {state("error", 1)}).end(), End::none);
    EXPECT_EQ(course(Operation::load, state("error", 1), {state("starting", 2), state("ready", 3)}).end(), End::done);
}

TEST(Course, StatesThatWereMissedCount) {
    Course made{Operation::restart, "", state("ready", 1)};
    made.accepted();
    made.see(state("ready", 1), true);
    EXPECT_EQ(made.end(), End::none);
    made.see(state("ready", 9), true);
    EXPECT_EQ(made.end(), End::done);
}

TEST(Course, AFailureHasTheStatesReason) {
    const auto failed = course(Operation::load, state("offline", 1), {state("starting", 2), state("error", 3, "tiny", "bad file")});
    EXPECT_EQ(failed.end(), End::failed);
    EXPECT_EQ(failed.reason(), "bad file");
    EXPECT_EQ(course(Operation::load, state("error", 1), {state("error", 2)}).end(), End::failed) << "it failed again";
    EXPECT_EQ(course(Operation::load, state("offline", 1), {state("starting", 2), state("offline", 3)}).end(), End::failed);
}

TEST(Course, AnUnloadEndsOffline) {
    EXPECT_EQ(course(Operation::unload, state("offline", 1), {}).end(), End::done);
    EXPECT_EQ(course(Operation::unload, state("ready", 1), {state("unloading", 2)}).end(), End::none);
    EXPECT_EQ(course(Operation::unload, state("ready", 1), {state("unloading", 2), state("error", 3), state("offline", 4)}).end(), End::done);
    auto broken = course(Operation::unload, state("error", 1), {});
    EXPECT_EQ(broken.end(), End::none);
    broken.be_quiet();
    EXPECT_EQ(broken.end(), End::done) << "a wrong file stays wrong when the slot is stopped";
}

TEST(Course, AnUnloadOfASlotWhoseFileIsWrongEndsInError) {
    const std::string wrong = "/etc/hal0/slots/chat.toml:1:8: port: 80 is not allowed: 1024 to 65535";
    const auto before = state("ready", 1, "tiny", "runs with its previous configuration: " + wrong);
    const auto ended = course(Operation::unload, before, {state("unloading", 2), state("error", 3, "tiny", wrong)});
    EXPECT_EQ(ended.end(), End::done);
    EXPECT_TRUE(is_wrong_file(ended.now()));
    EXPECT_EQ(course(Operation::unload, before, {state("error", 3, "tiny", "the model server crashed")}).quiet_s(), 5);
    // Where nothing ran, there may be nothing to tell of.
    auto quiet = course(Operation::unload, state("error", 1, "tiny", wrong), {});
    EXPECT_EQ(quiet.end(), End::none);
    EXPECT_EQ(quiet.quiet_s(), 1);
    quiet.be_quiet();
    EXPECT_EQ(quiet.end(), End::done);
    EXPECT_EQ(course(Operation::load, state("error", 1, "tiny", wrong), {}).quiet_s(), 5);
}

TEST(Course, AnUnloadOfASlotWhoseFileIsGoneEndsWithTheSlot) {
    auto gone = course(Operation::unload, state("ready", 1), {state("unloading", 2)});
    gone.vanish();
    EXPECT_EQ(gone.end(), End::done);
    EXPECT_EQ(gone.now().state, "offline");
}

TEST(Course, ASwapWaitsForTheWayBack) {
    const std::vector<SlotState> down{state("unloading", 2), state("starting", 3, "b"), state("error", 4, "b", "bad file")};
    auto back = course(Operation::swap, state("ready", 1), down, "b");
    EXPECT_EQ(back.end(), End::none);
    back.see(state("starting", 5));
    EXPECT_EQ(back.end(), End::none);
    back.see(state("ready", 6, "tiny", "it is back on model 'tiny'"));
    EXPECT_EQ(back.end(), End::failed);
    EXPECT_EQ(back.reason(), "it is back on model 'tiny'");

    auto lost = course(Operation::swap, state("ready", 1), down, "b");
    lost.see(state("starting", 5));
    lost.see(state("error", 6, "tiny", "gone"));
    EXPECT_EQ(lost.reason(), "bad file; the previous model did not come back: gone");

    auto stuck = course(Operation::swap, state("ready", 1), down, "b");
    stuck.be_quiet();
    EXPECT_EQ(stuck.reason(), "bad file");

    EXPECT_EQ(course(Operation::swap, state("ready", 1), {state("unloading", 2), state("starting", 3, "b"), state("ready", 4, "b")}, "b").end(), End::done);
    EXPECT_EQ(course(Operation::swap, state("offline", 1), {state("starting", 2, "b"), state("error", 3, "b", "bad file")}, "b").end(), End::failed) << "there is nothing to go back to";
}

TEST(Course, ASlotThatWaitsForItsTurnIsNotStopped) {
    auto waiting = course(Operation::load, state("offline", 1), {});
    waiting.be_quiet();
    EXPECT_EQ(waiting.end(), End::none);
}

}  // namespace
}  // namespace hal0::cli
