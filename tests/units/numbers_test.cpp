// Numbers that a unit file and the code both know. UNIT is the built hal0-slot@.service, from meson.
#include "scratch.hpp"
#include "slot/drop_in.hpp"
#include "slot/plan.hpp"
#include "slot/status_text.hpp"

#include <gtest/gtest.h>
#include <sysexits.h>

#include <regex>

namespace hal0 {
namespace {

std::string value_of(const std::string& text, const std::string& key) {
    std::smatch match;
    const std::regex line{"(^|\n)" + key + "=([^\n]*)(?=\n|$)"};
    return std::regex_search(text, match, line) ? match[2].str() : "(no " + key + ")";
}

std::string unit() { return test::read_text(UNIT); }

TEST(UnitNumbers, TheStartLimitIsTheMostRestarts) { EXPECT_EQ(value_of(unit(), "StartLimitBurst"), std::to_string(slot::most_restarts)); }

TEST(UnitNumbers, AConfigurationErrorIsNotRetried) { EXPECT_EQ(value_of(unit(), "RestartPreventExitStatus"), std::to_string(EX_CONFIG)); }

TEST(UnitNumbers, TheCommentOnTheDelaysIsTrue) {
    std::string delays;
    for (std::uint32_t attempt = 1; attempt <= slot::most_restarts; ++attempt)
        delays += (attempt == 1 ? "" : attempt == slot::most_restarts ? " and " : ", ") + std::to_string(slot::restart_delay_s(attempt));
    EXPECT_NE(unit().find("# prepare adds " + delays + " seconds"), std::string::npos) << delays;
}

/// Every automatic restart must fall into the interval of the first one, or the limit is never reached.
TEST(UnitNumbers, TheStartLimitIntervalHoldsAllRestarts) {
    slot::Sources sources;
    sources.profiles.push_back({"profiles", "[profile.cpu]\nimage = \"x\"\ndevice_class = \"cpu\"\n", ""});
    sources.slots.push_back({"chat.toml", "device = \"cpu\"\nport = 8081\n[timeouts]\nstart_s = 700\nstop_s = 33\n", ""});
    const auto output = slot::render(slot::make_plan(sources));
    ASSERT_FALSE(output.files.empty());
    const auto interval = std::stoul(value_of(output.files.front().text, "StartLimitIntervalSec"));
    unsigned long longest = 0;
    for (std::uint32_t attempt = 1; attempt <= slot::most_restarts; ++attempt)
        longest += std::stoul(value_of(unit(), "RestartSec")) + slot::restart_delay_s(attempt) + 700 + 33;
    EXPECT_GT(interval, longest);
}

TEST(UnitNumbers, TheContainersStopEndsBeforeTheUnits) {
    slot::Sources sources;
    sources.profiles.push_back({"profiles", "[profile.cpu]\nimage = \"x\"\ndevice_class = \"cpu\"\n", ""});
    for (const auto* seconds : {"2", "3", "4", "20", "3600"}) {
        sources.slots = {{"chat.toml", std::string{"device = \"cpu\"\nport = 8081\n[timeouts]\nstop_s = "} + seconds + "\n", ""}};
        const auto text = slot::render(slot::make_plan(sources)).files.front().text;
        std::smatch grace;
        ASSERT_TRUE(std::regex_search(text, grace, std::regex{"--stop-timeout=([0-9]+) "})) << text;
        EXPECT_LT(std::stoul(grace[1]), std::stoul(value_of(text, "TimeoutStopSec"))) << seconds;
    }
}

}  // namespace
}  // namespace hal0
