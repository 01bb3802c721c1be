#include "dbus-service/systemd/unit_state.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <utility>

namespace hal0::service {
namespace {

using Job = sdbus::Struct<std::uint32_t, sdbus::ObjectPath>;

sdbus::Variant job(std::uint32_t id, const char* path) { return sdbus::Variant{Job{std::make_tuple(id, sdbus::ObjectPath{path})}}; }

TEST(UnitState, TakesOverWhatSystemdSays) {
    UnitState state;
    take_over(state, {{"ActiveState", sdbus::Variant{std::string{"activating"}}},
                      {"SubState", sdbus::Variant{std::string{"start-post"}}},
                      {"StatusText", sdbus::Variant{std::string{"warming up"}}},
                      {"NRestarts", sdbus::Variant{std::uint32_t{3}}},
                      {"InvocationID", sdbus::Variant{std::vector<std::uint8_t>{0x0a, 0xff}}},
                      {"Job", job(7, "/org/freedesktop/systemd1/job/7")},
                      {"SomethingNew", sdbus::Variant{true}}});
    EXPECT_EQ(state.active_state, "activating");
    EXPECT_EQ(state.sub_state, "start-post");
    EXPECT_EQ(state.status_text, "warming up");
    EXPECT_EQ(state.restarts, 3U);
    EXPECT_EQ(state.invocation_id, "0aff");
    EXPECT_EQ(state.job_path, "/org/freedesktop/systemd1/job/7");
}

TEST(UnitState, ForgetsTheTypeOfAJobThatIsOver) {
    UnitState state;
    take_over(state, {{"Job", job(7, "/job/7")}});
    state.job_type = "stop";
    take_over(state, {{"Job", job(7, "/job/7")}});
    EXPECT_EQ(state.job_type, "stop");
    take_over(state, {{"Job", job(0, "/")}});
    EXPECT_EQ(state.job_path, "");
    EXPECT_EQ(state.job_type, "");
}

TEST(UnitState, ARestartIsAStartOnceTheUnitHasStopped) {
    UnitState state;
    state.active_state = "active";
    state.job_type = "restart";
    take_over(state, {{"ActiveState", sdbus::Variant{std::string{"deactivating"}}}});
    EXPECT_EQ(state.job_type, "restart");
    take_over(state, {{"ActiveState", sdbus::Variant{std::string{"inactive"}}}});
    EXPECT_EQ(state.job_type, "start");
}

/// systemd makes it part of the start's job, and signals nothing of that: only asking tells.
TEST(UnitState, ARestartOfAUnitThatStartsIsNoEndOfItsStart) {
    const auto active_state = [](const char* name) { return Properties{{"ActiveState", sdbus::Variant{std::string{name}}}}; };
    UnitState state;
    take_over(state, {{"Job", job(7, "/job/7")}});
    state.job_type = "start";
    take_over(state, active_state("activating"));
    take_over(state, active_state("deactivating"));
    EXPECT_TRUE(state.has_unknown_job());
    state.job_type = "restart";
    take_over(state, active_state("deactivating"));
    EXPECT_EQ(state.job_type, "restart");
    take_over(state, active_state("inactive"));
    EXPECT_EQ(state.job_type, "start") << "the same job is a start now";
    take_over(state, active_state("activating"));
    take_over(state, active_state("deactivating"));
    state.job_type = "start";
    take_over(state, active_state("failed"));
    EXPECT_EQ(state.job_type, "none") << "and that start has failed";
}

TEST(UnitState, AnAutomaticRestartIsAStart) {
    UnitState state;
    state.active_state = "activating";
    state.sub_state = "auto-restart";
    take_over(state, {{"Job", job(7, "/job/7")}});
    state.job_type = "restart";
    take_over(state, {{"ActiveState", sdbus::Variant{std::string{"inactive"}}}, {"SubState", sdbus::Variant{std::string{"dead"}}}});
    EXPECT_EQ(state.job_type, "start");
}

TEST(UnitState, MayRestartWhenItEndsWithoutAStop) {
    const auto unit = [](std::string active_state, std::string job_path = "") {
        UnitState state;
        state.active_state = std::move(active_state);
        state.job_path = std::move(job_path);
        return state;
    };
    EXPECT_TRUE(may_restart(unit("deactivating"), unit("inactive")));
    EXPECT_TRUE(may_restart(unit("deactivating", "/job/7"), unit("inactive", "/job/7"))) << "it is not known what the job is";
    for (const auto& [job, asks] : {std::pair{"stop", false}, {"restart", false}, {"start", true}}) {
        auto stopping = unit("deactivating", "/job/7");
        stopping.job_type = job;
        EXPECT_EQ(may_restart(stopping, unit("inactive", "/job/7")), asks) << job;
    }
    EXPECT_FALSE(may_restart(unit("deactivating"), unit("failed"))) << "an error, whatever comes next";
    EXPECT_FALSE(may_restart(unit("inactive", "/job/7"), unit("inactive"))) << "the end of a stop's job";
    EXPECT_FALSE(may_restart(unit("failed"), unit("inactive"))) << "reset-failed";
}

TEST(UnitState, RefusesAPropertyOfAnotherType) {
    UnitState state;
    EXPECT_THROW(take_over(state, {{"NRestarts", sdbus::Variant{std::string{"three"}}}}), sdbus::Error);
}

TEST(UnitOfSlot, KnowsItsUnitsByPathAndByName) {
    for (const auto* name : {"chat", "stt-npu", "a_b", "1a"}) {
        const auto slot_name = *slot::SlotName::parse(name);
        for (const bool pulls : {false, true}) {
            const auto unit = pulls ? pull_unit_name(slot_name) : unit_name(slot_name);
            const auto found = unit_of_slot_at(unit_path(unit));
            ASSERT_TRUE(found) << unit;
            EXPECT_EQ(found->slot, slot_name);
            EXPECT_EQ(found->pulls, pulls);
        }
    }
}

TEST(UnitOfSlot, PassesOverOthers) {
    for (const auto* unit : {"ssh.service", "hal0-slots.target", "hal0-slot@.service", "hal0-slot@BAD.service", "hal0-slot.service", "hal0-slot@a.socket", "xhal0-slot@a.service"}) {
        EXPECT_FALSE(unit_of_slot_named(unit)) << unit;
        EXPECT_FALSE(unit_of_slot_at(unit_path(unit))) << unit;
    }
    EXPECT_FALSE(unit_of_slot_at("/somewhere/else"));
}

}  // namespace
}  // namespace hal0::service
