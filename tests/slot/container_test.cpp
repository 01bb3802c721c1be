#include "slot/container.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hal0::slot {
namespace {

Slot cpu_slot_with(Profile profile, const std::string& toml = "") {
    const auto file = parse_slot(*SlotName::parse("chat"), "chat.toml", "port = 9000\n" + toml);
    EXPECT_TRUE(file.config) << toml;
    const auto provider_id = profile.provider;
    return {file.config ? *file.config : SlotConfig{*SlotName::parse("broken")}, Device::cpu, std::move(profile), provider_id};
}

Profile smallest() {
    Profile profile;
    profile.name = "p";
    profile.image = "example.org/llama:b1";
    return profile;
}

TEST(ContainerCommand, OfTheSmallestSlot) {
    EXPECT_EQ(container_command(cpu_slot_with(smallest()), "/mnt/ai-models"),
              "podman run \\\n"
              "    --rm --replace --name=hal0-slot-chat \\\n"
              "    --detach --cgroups=split --sdnotify=conmon --log-driver=passthrough \\\n"
              "    --pull=never --no-healthcheck \\\n"
              "    --stop-timeout=18 \\\n"
              "    --cap-drop=all --security-opt=no-new-privileges --read-only --tmpfs=/tmp --env=HOME=/tmp \\\n"
              "    --network=host \\\n"
              "    --volume=/mnt/ai-models:/mnt/ai-models:ro \\\n"
              "    example.org/llama:b1 \\\n"
              "    --host 127.0.0.1 \\\n"
              "    --port 9000 \\\n"
              "    $HAL0_MODEL_ARGS \\\n"
              "    --metrics");
}

TEST(ContainerOptions, AreThoseOfTheCommand) {
    auto profile = smallest();
    profile.security = {"label=disable"};
    profile.devices = {"/dev/dri/renderD*"};
    profile.groups = {"render"};
    const auto slot = cpu_slot_with(profile);
    const auto command = container_command(slot, "/mnt/ai-models");
    auto options = container_options(slot, "/mnt/ai-models");
    ASSERT_GE(options.size(), 2U);
    EXPECT_EQ(options.back(), "--group-add=render");
    options.pop_back();
    EXPECT_EQ(options.back(), "--device=/dev/dri/renderD*");
    options.pop_back();
    std::size_t last = 0;
    for (const auto& option : options) {
        const auto place = command.find(" " + option, last);
        ASSERT_NE(place, std::string::npos) << option;
        last = place;
    }
    const auto rest = command.substr(last + 1);
    EXPECT_EQ(rest.find(" --"), rest.find(" --host")) << "and there is none besides: " << rest;
}

TEST(ContainerCommand, OfAFullSlotWithNastyTexts) {
    auto profile = smallest();
    profile.provider = ProviderId::flm;
    profile.flags = {"--f", "a b", "%i", ""};
    profile.devices = {"/dev/dri/renderD*"};
    profile.groups = {"render"};
    profile.network = Network::private_;
    profile.security = {"label=disable", "seccomp=unconfined"};
    const auto slot = cpu_slot_with(profile, "[server]\nextra_args = '''--x \"$HOME\" ';' '#c' \\\\'''\n[timeouts]\nstop_s = 60\n");
    EXPECT_EQ(container_command(slot, "/srv/50%/$m"),
              "podman run \\\n"
              "    --rm --replace --name=hal0-slot-chat \\\n"
              "    --detach --cgroups=split --sdnotify=conmon --log-driver=passthrough \\\n"
              "    --pull=never --no-healthcheck \\\n"
              "    --stop-timeout=58 \\\n"
              "    --cap-drop=all --security-opt=no-new-privileges --read-only --tmpfs=/tmp --env=HOME=/tmp \\\n"
              "    --security-opt=label=disable \\\n"
              "    --security-opt=seccomp=unconfined \\\n"
              "    --publish=127.0.0.1:9000:9000 \\\n"
              "    \"--volume=/srv/50%%/$$m:/srv/50%%/$$m:ro\" \\\n"
              "    $HAL0_DEVICE_ARGS \\\n"
              "    $HAL0_GROUP_ARGS \\\n"
              "    example.org/llama:b1 \\\n"
              "    serve \\\n"
              "    $HAL0_MODEL_ARGS \\\n"
              "    --host 0.0.0.0 \\\n"
              "    --port 9000 \\\n"
              "    --f \"a b\" \"%%i\" \"\" \\\n"
              "    --x \"$$HOME\" \";\" \"#c\" \"\\\\\"");
}

TEST(ContainerCommand, AWordThatLooksLikeAVariableIsText) {
    const auto command = container_command(cpu_slot_with(smallest(), "[server]\nextra_args = \"$HAL0_MODEL_ARGS --$HAL0_GROUP_ARGS\"\n"), "/m");
    EXPECT_TRUE(command.ends_with("    --metrics \\\n    \"$$HAL0_MODEL_ARGS\" \\\n    \"--$$HAL0_GROUP_ARGS\"")) << command;
}

TEST(StopGrace, IsALittleLessThanTheUnits) {
    SlotConfig config{*SlotName::parse("chat")};
    const auto grace = [&](std::uint32_t stop_s) {
        config.stop_timeout_s = stop_s;
        return stop_grace_s(config);
    };
    EXPECT_EQ(grace(1), 1U);
    EXPECT_EQ(grace(2), 1U);
    EXPECT_EQ(grace(3), 1U);
    EXPECT_EQ(grace(4), 2U);
    EXPECT_EQ(grace(20), 18U);
    EXPECT_EQ(grace(3600), 3598U);
}

}  // namespace
}  // namespace hal0::slot
