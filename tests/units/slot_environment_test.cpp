#include "units/prepare/slot_environment.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::prepare {
namespace {

using Assignments = std::vector<std::string>;

slot::Result<std::string> image(const Assignments& assignments) { return image_in(*slot::SlotName::parse("chat"), assignments); }

TEST(ImageIn, IsWhatTheSlotWouldRun) {
    const auto found = image({"PODMAN_SYSTEMD_UNIT=hal0-slot@chat.service", "HAL0_IMAGES=x", "HAL0_IMAGE=ghcr.io/a/b:c", "HAL0_PORT=9000"});
    ASSERT_TRUE(found) << found.error();
    EXPECT_EQ(*found, "ghcr.io/a/b:c");
}

TEST(ImageIn, TheLastOneCounts) { EXPECT_EQ(*image({"HAL0_IMAGE=a", "HAL0_IMAGE=b"}), "b"); }

TEST(ImageIn, ADisabledSlotHasOneToo) { EXPECT_EQ(*image({"HAL0_CONFIG_ERROR=the slot is disabled", "HAL0_IMAGE=a"}), "a"); }

TEST(ImageIn, ASlotThatCannotBeRenderedSaysWhy) {
    const auto found = image({"HAL0_CONFIG_ERROR=chat.toml:1:8: port: 1 is not allowed"});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error(), "chat.toml:1:8: port: 1 is not allowed");
}

TEST(ImageIn, ASlotWithoutAFileSaysSo) {
    for (const auto& assignments : {Assignments{}, Assignments{"PODMAN_SYSTEMD_UNIT=x", "HAL0_IMAGE="}}) {
        const auto found = image(assignments);
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error(), "slot chat has no configuration: write /etc/hal0/slots/chat.toml, then run: systemctl daemon-reload");
    }
}

TEST(ImageIn, AnOverrideCannotMakeItAnOption) { EXPECT_FALSE(image({"HAL0_IMAGE=--privileged"})); }

}  // namespace
}  // namespace hal0::prepare
