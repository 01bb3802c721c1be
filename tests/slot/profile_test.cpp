#include "slot/profile.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Messages = std::vector<std::string>;
using Words = std::vector<std::string>;

/// Layers a text and returns what is said about it.
Messages layer(Profiles& profiles, const std::string& toml, const std::string& file = "profiles.toml") {
    Diagnostics diagnostics;
    layer_profiles(profiles, file, toml, diagnostics);
    Messages messages;
    for (const auto& d : diagnostics) messages.push_back((d.severity == Severity::warning ? "warning: " : "") + to_string(d));
    return messages;
}

Words profile_names(const Profiles& profiles) {
    Words all;
    for (const auto& [name, profile] : profiles) all.push_back(name);
    return all;
}

TEST(Profiles, HaveDefaults) {
    Profiles profiles;
    EXPECT_EQ(layer(profiles, "[profile.a]\nimage = \"x/y:z\"\n"), Messages{});
    ASSERT_EQ(profile_names(profiles), Words{"a"});
    const auto& profile = profiles.at("a");
    EXPECT_EQ(profile->name, "a");
    EXPECT_EQ(profile->image, "x/y:z");
    EXPECT_EQ(profile->flags, Words{});
    EXPECT_EQ(profile->provider, ProviderId::llama_server);
    EXPECT_EQ(profile->device_class, std::nullopt);
    EXPECT_EQ(profile->devices, Words{});
    EXPECT_EQ(profile->groups, Words{});
    EXPECT_EQ(profile->network, Network::host);
    EXPECT_EQ(profile->security, Words{});
    EXPECT_EQ(profile->backend, std::nullopt);
    EXPECT_EQ(profile->intent, "");
    EXPECT_EQ(profile->quant, "");
    EXPECT_FALSE(profile->mtp);
    EXPECT_EQ(profile->place, (Place{"profiles.toml", 2, 9}));
    EXPECT_EQ(profile->device(), std::nullopt);
}

TEST(Profiles, TakeEveryKey) {
    Profiles profiles;
    EXPECT_EQ(layer(profiles, R"([profile."my.rocm-7"]
image = "ghcr.io/Owner/name_x:7.1-b@sha256:0a"
flags = "--flash-attn on -b 'a b'"
provider = "flm"
device_class = "gpu"
devices = ["/dev/dri/renderD*", "/dev/kfd", "/dev/accel/accel[0-9]?"]
groups = ["render", "video_2"]
network = "private"
security = ["seccomp=unconfined", "label=disable", "label=nested", "apparmor=unconfined"]
backend = "rocm"
intent = "fast"
quant = "Q4"
mtp = true
)"), Messages{});
    ASSERT_EQ(profile_names(profiles), Words{"my.rocm-7"});
    const auto& profile = profiles.at("my.rocm-7");
    EXPECT_EQ(profile->image, "ghcr.io/Owner/name_x:7.1-b@sha256:0a");
    EXPECT_EQ(profile->flags, (Words{"--flash-attn", "on", "-b", "a b"}));
    EXPECT_EQ(profile->provider, ProviderId::flm);
    EXPECT_EQ(profile->device_class, DeviceClass::gpu);
    EXPECT_EQ(profile->devices, (Words{"/dev/dri/renderD*", "/dev/kfd", "/dev/accel/accel[0-9]?"}));
    EXPECT_EQ(profile->groups, (Words{"render", "video_2"}));
    EXPECT_EQ(profile->network, Network::private_);
    EXPECT_EQ(profile->security, (Words{"seccomp=unconfined", "label=disable", "label=nested", "apparmor=unconfined"}));
    EXPECT_EQ(profile->backend, Backend::rocm);
    EXPECT_EQ(profile->intent, "fast");
    EXPECT_EQ(profile->quant, "Q4");
    EXPECT_TRUE(profile->mtp);
}

struct ProfileDeviceCase {
    std::string toml;
    std::optional<Device> device;
};

TEST(Profiles, SayWhatDeviceTheyAreFor) {
    const std::vector<ProfileDeviceCase> cases = {
        {"device_class = \"cpu\"", Device::cpu},
        {"device_class = \"npu\"", Device::npu},
        {"device_class = \"npu\"\nbackend = \"flm\"", Device::npu},
        {"device_class = \"gpu\"", std::nullopt},
        {"device_class = \"gpu\"\nbackend = \"vulkan\"", Device::gpu_vulkan},
        {"device_class = \"gpu\"\nbackend = \"rocm\"", Device::gpu_rocm},
        {"backend = \"rocm\"", Device::gpu_rocm},
        {"backend = \"flm\"", Device::npu},
        {"", std::nullopt},
    };
    for (const auto& c : cases) {
        Profiles profiles;
        EXPECT_EQ(layer(profiles, "[profile.a]\nimage = \"x\"\n" + c.toml), Messages{}) << c.toml;
        ASSERT_TRUE(profiles.contains("a")) << c.toml;
        EXPECT_EQ(profiles.at("a")->device(), c.device) << c.toml;
    }
}

struct WrongProfile {
    std::string toml, message;  // toml stands in the third line of [profile.a]
};

TEST(Profiles, AWrongValueIsNamedInFullAndTheProfileNotTaken) {
    const std::string at = "profiles.toml:3:";
    const std::vector<WrongProfile> cases = {
        {"flags = \"a 'b\"", "9: profile.a.flags: a single quote is not closed"},
        {"flags = [\"-v\"]", "9: profile.a.flags: a list is not allowed: a string in quotes"},
        {"provider = \"vllm\"", "12: profile.a.provider: \"vllm\" is not known: one of llama-server, flm, kokoro, moonshine, comfyui"},
        {"device_class = \"tpu\"", "16: profile.a.device_class: \"tpu\" is not known: one of gpu, cpu, npu"},
        {"network = \"bridge\"", "11: profile.a.network: \"bridge\" is not known: one of host, private"},
        {"backend = \"cuda\"", "11: profile.a.backend: \"cuda\" is not known: one of vulkan, rocm, cpu, flm"},
        {"intent = 3", "10: profile.a.intent: 3 is not allowed: a string in quotes"},
        {"quant = true", "9: profile.a.quant: true is not allowed: a string in quotes"},
        {"mtp = \"yes\"", "7: profile.a.mtp: \"yes\" is not allowed: true or false"},
        {"devices = \"/dev/kfd\"", "11: profile.a.devices: \"/dev/kfd\" is not allowed: a list of strings"},
        {"devices = [\"/dev/../etc\"]", "11: profile.a.devices: \"/dev/../etc\" is not allowed: a path or glob below /dev, such as \"/dev/dri/renderD*\""},
        {"devices = [\"/dev/\"]", "11: profile.a.devices: \"/dev/\" is not allowed: a path or glob below /dev, such as \"/dev/dri/renderD*\""},
        {"devices = [\"/dev/*\"]", "11: profile.a.devices: \"/dev/*\" is not allowed: a path or glob below /dev, such as \"/dev/dri/renderD*\""},
        {"devices = [\"/etc/shadow\"]", "11: profile.a.devices: \"/etc/shadow\" is not allowed: a path or glob below /dev, such as \"/dev/dri/renderD*\""},
        {"devices = [\"/dev/a b\"]", "11: profile.a.devices: \"/dev/a b\" is not allowed: a path or glob below /dev, such as \"/dev/dri/renderD*\""},
        {"devices = [\"/dev/a:rwm\"]", "11: profile.a.devices: \"/dev/a:rwm\" is not allowed: a path or glob below /dev, such as \"/dev/dri/renderD*\""},
        {"devices = [\"/dev/$(id)\"]", "11: profile.a.devices: \"/dev/$(id)\" is not allowed: a path or glob below /dev, such as \"/dev/dri/renderD*\""},
        {"groups = [\"render\", \"-x\"]", "10: profile.a.groups: \"-x\" is not allowed: the name of a group"},
        {"groups = [\"a b\"]", "10: profile.a.groups: \"a b\" is not allowed: the name of a group"},
        {"security = [\"seccomp=/etc/x.json\"]",
         "12: profile.a.security: \"seccomp=/etc/x.json\" is not allowed: one of apparmor=unconfined, label=disable, label=nested, seccomp=unconfined"},
        {"security = [\"unmask=ALL\"]", "12: profile.a.security: \"unmask=ALL\" is not allowed: one of apparmor=unconfined, label=disable, label=nested, seccomp=unconfined"},
    };
    for (const auto& c : cases) {
        Profiles profiles;
        EXPECT_EQ(layer(profiles, "[profile.a]\nimage = \"x\"\n" + c.toml + "\n"), Messages{at + c.message});
        EXPECT_EQ(profile_names(profiles), Words{}) << c.toml;
    }
}

TEST(Profiles, NeedAnImageThatIsOneWord) {
    Profiles profiles;
    EXPECT_EQ(layer(profiles, "[profile.a]\nflags = \"-v\"\n"), Messages{"profiles.toml:1:10: profile.a.image: is missing: the container image to run"});
    for (const std::string image : {"", "-v", "--privileged", "a b", "/abs", "a;b", "a$b", "a%b", "a'b"}) {
        EXPECT_EQ(layer(profiles, "[profile.a]\nimage = \"" + image + "\"\n"),
                  Messages{"profiles.toml:2:9: profile.a.image: \"" + image + "\" is not a container image such as \"ghcr.io/owner/name:tag\""});
    }
    EXPECT_EQ(layer(profiles, "[profile.a]\nimage = 3\n"), Messages{"profiles.toml:2:9: profile.a.image: 3 is not allowed: a string in quotes"});
    EXPECT_EQ(profile_names(profiles), Words{});
    EXPECT_TRUE(parse_image(std::string(512, 'a')));
    EXPECT_FALSE(parse_image(std::string(513, 'a')));
}

TEST(Profiles, NeedAName) {
    Profiles profiles;
    EXPECT_EQ(layer(profiles, "[profile.\"a b\"]\nimage = \"x\"\n[profile.\"\\u001b\"]\nimage = \"x\"\n[profile.\"\"]\nimage = \"x\"\n[profile.ok]\nimage = \"x\"\n"),
              (Messages{R"(profiles.toml:5:10: profile."": "" is not a name: 1 to 64 letters, digits and . _ -, starting with a letter or digit)",
                        R"(profiles.toml:3:10: profile."\x1b": "\x1b" is not a name: 1 to 64 letters, digits and . _ -, starting with a letter or digit)",
                        R"(profiles.toml:1:10: profile."a b": "a b" is not a name: 1 to 64 letters, digits and . _ -, starting with a letter or digit)"}));
    EXPECT_EQ(profile_names(profiles), Words{"ok"});
}

TEST(Profiles, LayersAddAndReplaceByName) {
    Profiles profiles;
    EXPECT_EQ(layer(profiles, "[profile.a]\nimage = \"old\"\nflags = \"-v\"\n[profile.b]\nimage = \"b\"\n", "shipped.toml"), Messages{});
    EXPECT_EQ(layer(profiles, "[profile.a]\nimage = \"new\"\n[profile.c]\nimage = \"c\"\n", "admin.toml"), Messages{});
    EXPECT_EQ(profile_names(profiles), (Words{"a", "b", "c"}));
    EXPECT_EQ(profiles.at("a")->image, "new");
    EXPECT_EQ(profiles.at("a")->flags, Words{}) << "nothing of the old one stays";
    EXPECT_EQ(profiles.at("a")->place.file, "admin.toml");
    EXPECT_EQ(profiles.at("b")->place.file, "shipped.toml");
}

TEST(Profiles, ABrokenAdminProfileTakesTheShippedOneWithItAndNoOther) {
    for (const std::string broken : {"[profile.a]\nimage = \"\"\n", "[profile]\na = 3\n", "[profile.a]\nimage = \"x\"\nnetwork = 1\n"}) {
        Profiles profiles;
        layer(profiles, "[profile.a]\nimage = \"a\"\n[profile.b]\nimage = \"b\"\n");
        EXPECT_EQ(layer(profiles, broken).size(), 1U) << broken;
        EXPECT_EQ(profile_names(profiles), Words{"b"}) << broken;
    }
}

TEST(Profiles, WhatIsNoTable) {
    Profiles profiles;
    EXPECT_EQ(layer(profiles, "profile = 3\n"), Messages{"profiles.toml:1:11: profile: 3 is not allowed: a table, [profile]"});
    EXPECT_EQ(layer(profiles, "[profile]\na = 3\n"), Messages{"profiles.toml:2:1: profile.a: a profile is a table, [profile.<name>]"});
}

TEST(Profiles, AFileThatIsNoTomlLeavesTheOthers) {
    Profiles profiles;
    layer(profiles, "[profile.a]\nimage = \"a\"\n");
    EXPECT_EQ(layer(profiles, "[profile.a\n").size(), 1U);
    EXPECT_EQ(profile_names(profiles), Words{"a"});
}

TEST(Profiles, UnknownKeysAreWarnings) {
    Profiles profiles;
    EXPECT_EQ(layer(profiles, "top = 1\n[profile.a]\nimage = \"x\"\nmounts = [\"/\"]\npodman_args = \"--privileged\"\n"),
              (Messages{"warning: profiles.toml:4:1: profile.a.mounts: unknown key, ignored", "warning: profiles.toml:5:1: profile.a.podman_args: unknown key, ignored",
                        "warning: profiles.toml:1:1: top: unknown key, ignored"}));
    EXPECT_EQ(profile_names(profiles), Words{"a"});
}

struct DefaultCase {
    Type type;
    Device device;
    std::string_view profile;
};

TEST(DefaultProfile, FollowsTypeAndDevice) {
    const std::vector<DefaultCase> cases = {
        {Type::llm, Device::gpu_vulkan, "vulkan"},     {Type::llm, Device::gpu_rocm, "rocm"},        {Type::llm, Device::cpu, "cpu"},
        {Type::llm, Device::npu, "flm"},               {Type::embedding, Device::gpu_rocm, "rocm"},  {Type::embedding, Device::npu, "flm"},
        {Type::reranking, Device::cpu, "cpu"},         {Type::transcription, Device::gpu_vulkan, "vulkan"}, {Type::transcription, Device::npu, "flm"},
        {Type::tts, Device::cpu, "kokoro"},            {Type::tts, Device::gpu_rocm, "kokoro"},      {Type::tts, Device::npu, "flm"},
        {Type::image, Device::gpu_rocm, "comfyui"},    {Type::image, Device::gpu_vulkan, "comfyui"}, {Type::image, Device::cpu, "comfyui"},
        {Type::image, Device::npu, "flm"},
    };
    for (const auto& c : cases) EXPECT_EQ(default_profile(c.type, c.device), c.profile) << to_string(c.type) << " on " << to_string(c.device);
}

TEST(ParseProfileName, HasBounds) {
    EXPECT_TRUE(parse_profile_name(std::string(64, 'a')));
    for (const std::string& bad : {std::string(65, 'a'), std::string{}, std::string{".a"}, std::string{"a/b"}, std::string{"a\n"}}) EXPECT_FALSE(parse_profile_name(bad)) << bad;
}

}  // namespace
}  // namespace hal0::slot
