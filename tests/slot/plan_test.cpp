#include "slot/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace hal0::slot {
namespace {

using Words = std::vector<std::string>;

const std::string folder = "/etc/hal0/slots/";

/// Sources with one profile for every device and these slots: name and TOML.
Sources sources(const std::vector<std::pair<std::string, std::string>>& slots) {
    Sources result;
    result.profiles.push_back({"/usr/share/hal0/profiles.toml",
                               "[profile.vulkan]\nimage = \"i/vulkan\"\n[profile.rocm]\nimage = \"i/rocm\"\n[profile.cpu]\nimage = \"i/cpu\"\n", ""});
    for (const auto& [name, toml] : slots) result.slots.push_back({folder + name + ".toml", toml, ""});
    return result;
}

Words messages(const Plan& plan) {
    Words all;
    for (const auto& d : plan.diagnostics) all.push_back((d.severity == Severity::warning ? "warning: " : "") + to_string(d));
    return all;
}

Words names(const Plan& plan) {
    Words all;
    for (const auto& planned : plan.slots) all.push_back(planned.name.str());
    return all;
}

Words names(const std::vector<SlotName>& slots) {
    Words all;
    for (const auto& name : slots) all.push_back(name.str());
    return all;
}

Words at_boot(const Plan& plan) {
    Words all;
    for (const auto& planned : plan.slots)
        if (planned.starts_at_boot) all.push_back(planned.name.str());
    return all;
}

const PlannedSlot& planned(const Plan& plan, const std::string& name) {
    const auto found = std::find_if(plan.slots.begin(), plan.slots.end(), [&](const auto& p) { return p.name.str() == name; });
    if (found == plan.slots.end()) throw std::out_of_range{name};
    return *found;
}

/// What is wrong with a slot; empty if it can start.
std::string problem(const Plan& plan, const std::string& name) {
    const auto* refusal = std::get_if<Refusal>(&planned(plan, name).slot);
    return refusal ? to_string(refusal->reason) : "";
}

TEST(Plan, OfNothing) {
    const auto plan = make_plan({});
    EXPECT_EQ(names(plan), Words{});
    EXPECT_EQ(messages(plan), Words{});
    EXPECT_EQ(plan.settings, Settings{});
    EXPECT_TRUE(plan.profiles.empty());
    EXPECT_TRUE(render(plan).files.empty());
    EXPECT_TRUE(render(plan).links.empty());
}

TEST(Plan, IsSortedByName) {
    EXPECT_EQ(names(make_plan(sources({{"b", "port = 9001"}, {"a-b", "port = 9002"}, {"a", "port = 9003"}}))), (Words{"a", "a-b", "b"}));
}

TEST(Plan, OneBadFileAmongGoodOnes) {
    const auto plan = make_plan(sources({{"a", "port = 9001"}, {"b", "port = \"x\"\nenabled = 3\n"}, {"c", "port = 9003"}, {"d", "["}, {"e", "port = 9005\nprofile = \"none\""}}));
    EXPECT_EQ(names(plan), (Words{"a", "b", "c", "d", "e"}));
    EXPECT_EQ(problem(plan, "a"), "");
    EXPECT_EQ(problem(plan, "b"), "/etc/hal0/slots/b.toml:1:8: port: \"x\" is not allowed: a whole number from 1024 to 65535");
    EXPECT_EQ(problem(plan, "c"), "");
    EXPECT_TRUE(problem(plan, "d").starts_with("/etc/hal0/slots/d.toml:1:")) << problem(plan, "d");
    EXPECT_EQ(problem(plan, "e"), "/etc/hal0/slots/e.toml:2:11: profile: there is no profile \"none\": one of cpu, rocm, vulkan");
    const auto said = messages(plan);
    ASSERT_EQ(said.size(), 4U);
    EXPECT_EQ(said[0], problem(plan, "b"));
    EXPECT_EQ(said[1], "/etc/hal0/slots/b.toml:2:11: enabled: 3 is not allowed: true or false");
    EXPECT_EQ(said[2], problem(plan, "d"));
    EXPECT_EQ(said[3], problem(plan, "e"));
}

TEST(Plan, AWarningStopsNothing) {
    const auto plan = make_plan(sources({{"a", "port = 9001\nworkers = 2\n"}}));
    EXPECT_EQ(problem(plan, "a"), "");
    EXPECT_EQ(messages(plan), Words{"warning: /etc/hal0/slots/a.toml:2:1: workers: unknown key, ignored"});
}

TEST(Plan, InvalidNamesAreReportedAndLeftOut) {
    const auto plan = make_plan(sources({{"A", "port = 9001"}, {"a b", "port = 9002"}, {"ok", "port = 9003"}, {"", "port = 9004"}, {"x\n", "port = 9005"}}));
    EXPECT_EQ(names(plan), Words{"ok"});
    const auto said = messages(plan);
    const std::string rule = " is not a slot name: 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit";
    ASSERT_EQ(said.size(), 4U);
    EXPECT_EQ(said[0], "/etc/hal0/slots/A.toml: \"A\"" + rule);
    EXPECT_EQ(said[1], "/etc/hal0/slots/a b.toml: \"a b\"" + rule);
    EXPECT_EQ(said[2], "/etc/hal0/slots/.toml: \"\"" + rule);
    EXPECT_EQ(said[3], "/etc/hal0/slots/x\\x0a.toml: \"x\\x0a\"" + rule);
}

TEST(Plan, UnreadableFilesAreReported) {
    auto input = sources({{"a", "port = 9001"}});
    input.slots.push_back({folder + "b.toml", "", "Permission denied"});
    input.hardware = SourceFile{"/etc/hal0/hardware.json", "", "Input/output error"};
    const auto plan = make_plan(input);
    EXPECT_EQ(messages(plan), (Words{"/etc/hal0/hardware.json: cannot be read: Input/output error", "/etc/hal0/slots/b.toml: cannot be read: Permission denied"}));
    EXPECT_EQ(problem(plan, "a"), "");
    EXPECT_EQ(problem(plan, "b"), "/etc/hal0/slots/b.toml: cannot be read: Permission denied");
}

TEST(Plan, NoSlotStartsWithoutAFileThatDecidesForAll) {
    struct Case {
        SourceFile file;
        bool is_settings;
        std::string why;
    };
    const std::vector<Case> cases = {
        {{"/etc/hal0/hal0.toml", "", "Is a directory"}, true, "/etc/hal0/hal0.toml: cannot be read: Is a directory"},
        {{"/etc/hal0/hal0.toml", "a = 1.a = 2", ""}, true, "/etc/hal0/hal0.toml:1:"},
        {{"/etc/hal0/hal0.toml", "[models]\nstore = \"x\"", ""}, true, "/etc/hal0/hal0.toml:2:9: models.store: \"x\" is not allowed: "},
        {{"/etc/hal0/hal0.toml", "models = \"/x\"", ""}, true, "/etc/hal0/hal0.toml:1:10: models: "},
        {{"/etc/hal0/hal0.toml", "[[models]]\nstore = \"/x\"", ""}, true, "/etc/hal0/hal0.toml:1:1: models: "},
        {{"/etc/hal0/profiles.toml", "\n[[profile]]\nimage = \"i\"", ""}, false, "/etc/hal0/profiles.toml:2:1: profile: "},
        {{"/etc/hal0/profiles.toml", "\nprofile = 3", ""}, false, "/etc/hal0/profiles.toml:2:11: profile: "},
        {{"/etc/hal0/profiles.toml", "", "Permission denied"}, false, "/etc/hal0/profiles.toml: cannot be read: Permission denied"},
        {{"/etc/hal0/profiles.toml", "[profile", ""}, false, "/etc/hal0/profiles.toml:1:"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.why);
        auto input = sources({{"a", "port = 9001"}, {"b", "port = 9002\nenabled = false"}, {"c", "port = 1"}});
        input.loaded = {{"a", {1, 0}}};
        if (c.is_settings) input.settings = c.file;
        else input.profiles.push_back(c.file);
        const auto plan = make_plan(input);
        EXPECT_EQ(names(plan), (Words{"a", "b", "c"}));
        for (const auto* slot : {"a", "b", "c"}) EXPECT_TRUE(problem(plan, slot).starts_with(c.why)) << problem(plan, slot);
        EXPECT_EQ(at_boot(plan), Words{});
        ASSERT_EQ(plan.diagnostics.size(), 2U) << "the file's and that of slot c";
        EXPECT_TRUE(messages(plan)[0].starts_with(c.why)) << messages(plan)[0];
    }
}

TEST(Plan, AWrongKeyThatIsNotForAllStopsNobody) {
    auto input = sources({{"a", "port = 9001"}});
    input.settings = SourceFile{"/etc/hal0/hal0.toml", "unknown = 1\n[slots]\nidle_after_s = -1\n", ""};
    input.profiles.push_back({"/etc/hal0/profiles.toml", "[profile.mine]\nflags = \"x\"\n", ""});
    const auto plan = make_plan(input);
    EXPECT_EQ(problem(plan, "a"), "");
    EXPECT_EQ(plan.diagnostics.size(), 3U);
}

TEST(Plan, OneFileCannotFloodTheLog) {
    std::string toml = "type = 1\nport = 2\n";
    for (int i = 0; i < 500; ++i) toml += "x" + std::to_string(i) + " = 1\n";
    const auto said = messages(make_plan(sources({{"a", toml}, {"b", "port = 9001\ny = 1\n"}})));
    ASSERT_EQ(said.size(), 22U);
    EXPECT_EQ(said[0], "/etc/hal0/slots/a.toml:1:8: type: 1 is not allowed: a string in quotes") << "errors come first";
    EXPECT_EQ(said[1], "/etc/hal0/slots/a.toml:2:8: port: 2 is not allowed: a whole number from 1024 to 65535");
    EXPECT_TRUE(said[2].starts_with("warning: /etc/hal0/slots/a.toml:")) << said[2];
    EXPECT_EQ(said[20], "warning: /etc/hal0/slots/a.toml: and 482 more");
    EXPECT_EQ(said[21], "warning: /etc/hal0/slots/b.toml:2:1: y: unknown key, ignored");
}

TEST(Plan, FollowsSettingsHardwareAndTheAdminsProfiles) {
    auto input = sources({{"a", "port = 9001"}, {"b", "port = 9002\nprofile = \"mine\""}});
    input.settings = SourceFile{"/etc/hal0/hal0.toml", "[models]\nstore = \"/srv\"\n", ""};
    input.hardware = SourceFile{"/etc/hal0/hardware.json", R"({"default_hardware":"rocm"})", ""};
    input.profiles.push_back({"/etc/hal0/profiles.toml", "[profile.rocm]\nimage = \"my/rocm\"\n[profile.mine]\nimage = \"my/own\"\n", ""});
    const auto plan = make_plan(input);
    EXPECT_EQ(messages(plan), Words{});
    EXPECT_EQ(plan.settings.model_store, "/srv");
    const auto& a = std::get<Slot>(planned(plan, "a").slot);
    EXPECT_EQ(a.device, Device::gpu_rocm);
    EXPECT_EQ(a.profile->image, "my/rocm");
    EXPECT_EQ(std::get<Slot>(planned(plan, "b").slot).profile->image, "my/own");
}

TEST(Plan, OfTwoSlotsWithOnePortTheFirstByNameKeepsIt) {
    const auto plan = make_plan(sources({{"c", "port = 9001"}, {"b", "\nport = 9001"}, {"a", "port = 9000"}}));
    EXPECT_EQ(problem(plan, "a"), "");
    EXPECT_EQ(problem(plan, "b"), "");
    EXPECT_EQ(problem(plan, "c"), "/etc/hal0/slots/c.toml:1:8: port: 9001 is taken by slot b (/etc/hal0/slots/b.toml:2:8): choose another one");
    EXPECT_EQ(messages(plan), Words{problem(plan, "c")});
}

TEST(Plan, ABrokenSlotTakesNoPort) {
    const auto plan = make_plan(sources({{"a", "port = 9001\nprofile = \"none\""}, {"b", "port = 9001"}}));
    EXPECT_NE(problem(plan, "a"), "");
    EXPECT_EQ(problem(plan, "b"), "");
}

TEST(Plan, SlotsOfAnExclusiveGroupAreRivals) {
    const auto plan = make_plan(sources({{"a", "port = 9001\nexclusive_group = \"big\""}, {"b", "port = 9002\nexclusive_group = \"big\""}, {"c", "port = 9003"},
                                         {"d", "port = 9004\nexclusive_group = \"other\""}, {"e", "port = 9005\nexclusive_group = \"big\"\nenabled = false"},
                                         {"f", "port = 9001\nexclusive_group = \"big\""}, {"g", "port = 1\nexclusive_group = \"big\""}, {"h", "["}}));
    EXPECT_EQ(names(planned(plan, "a").rivals), (Words{"b", "e", "f", "g"}));
    EXPECT_EQ(names(planned(plan, "b").rivals), (Words{"a", "e", "f", "g"}));
    EXPECT_EQ(names(planned(plan, "c").rivals), Words{});
    EXPECT_EQ(names(planned(plan, "d").rivals), Words{});
    EXPECT_EQ(names(planned(plan, "f").rivals), (Words{"a", "b", "e", "g"})) << "its port is taken, but it may run with an older file";
    EXPECT_EQ(names(planned(plan, "g").rivals), (Words{"a", "b", "e", "f"})) << "its file is wrong, but it may run with an older one";
    EXPECT_EQ(names(planned(plan, "h").rivals), Words{}) << "nobody can tell";
}

TEST(Plan, AGroupHasALimit) {
    std::vector<std::pair<std::string, std::string>> slots;
    for (int i = 10; i < 76; ++i) slots.emplace_back("s" + std::to_string(i), "port = " + std::to_string(9000 + i) + "\nexclusive_group = \"g\"");
    const auto plan = make_plan(sources(slots));
    EXPECT_EQ(planned(plan, "s10").rivals.size(), 63U);
    EXPECT_EQ(planned(plan, "s73").rivals.size(), 63U);
    EXPECT_EQ(problem(plan, "s73"), "");
    for (const std::string left_out : {"s74", "s75"}) {
        EXPECT_EQ(problem(plan, left_out), folder + left_out + ".toml: exclusive_group: \"g\" has 64 slots already, the most that a group can have");
        EXPECT_EQ(names(planned(plan, left_out).rivals), Words{});
    }
}

TEST(Plan, AtBootStartWhatIsEnabledAndMarked) {
    auto input = sources({{"a", "port = 9001"}, {"b", "port = 9002"}, {"c", "port = 9003\nenabled = false"}, {"d", "port = 1"}});
    input.loaded = {{"b", {1, 0}}, {"c", {2, 0}}, {"d", {3, 0}}, {"gone", {4, 0}}};
    EXPECT_EQ(at_boot(make_plan(input)), Words{"b"});
}

TEST(Plan, OfAGroupOnlyTheNewestMarkStartsAtBoot) {
    const std::vector<std::pair<std::string, std::string>> slots = {{"a", "port = 9001\nexclusive_group = \"g\""}, {"b", "port = 9002\nexclusive_group = \"g\""},
                                                                    {"c", "port = 9003\nexclusive_group = \"g\""}, {"x", "port = 9004"}};
    struct Case {
        std::map<std::string, LoadedAt> loaded;
        Words boot;
    };
    const std::vector<Case> cases = {
        {{{"a", {1, 0}}, {"b", {2, 0}}, {"c", {3, 0}}}, {"c"}},
        {{{"a", {3, 0}}, {"b", {2, 9}}, {"c", {1, 99}}}, {"a"}},
        {{{"a", {1, 1}}, {"b", {1, 3}}, {"c", {1, 2}}}, {"b"}},
        {{{"a", {2, 0}}, {"b", {2, 0}}}, {"a"}},
        {{{"a", {-5, 0}}, {"b", {0, 0}}}, {"b"}},
        {{{"c", {1, 0}}}, {"c"}},
        {{{"a", {1, 0}}, {"b", {2, 0}}, {"x", {0, 0}}}, {"b", "x"}},
        {{}, {}},
    };
    for (const auto& c : cases) {
        auto input = sources(slots);
        input.loaded = c.loaded;
        EXPECT_EQ(at_boot(make_plan(input)), c.boot);
    }
}

TEST(Plan, ADisabledSlotWithTheNewestMarkKeepsNobodyFromStarting) {
    auto input = sources({{"a", "port = 9001\nexclusive_group = \"g\""}, {"b", "port = 9002\nexclusive_group = \"g\"\nenabled = false"}});
    input.loaded = {{"a", {1, 0}}, {"b", {2, 0}}};
    EXPECT_EQ(at_boot(make_plan(input)), Words{"a"});
}

TEST(Plan, LimitsTheNumberOfSlots) {
    Sources input = sources({});
    for (int i = 0; i <= 4096; ++i) input.slots.push_back({folder + "s" + std::to_string(i) + ".toml", "", "unreadable"});
    const auto plan = make_plan(input);
    EXPECT_EQ(plan.slots.size(), 4096U);
    EXPECT_EQ(messages(plan).back(), "/etc/hal0/slots/s4096.toml: more than 4096 slots; this one and those behind it are left out");
}

bool has_line(const OutputFile& file, const std::string& line) { return file.text.find("\n" + line + "\n") != std::string::npos; }

TEST(Render, WritesOneDropInForEachSlot) {
    auto input = sources({{"a", "port = 9001"}, {"b", "port = 1"}, {"c", "port = 9003\n\nenabled = false"}});
    input.loaded = {{"a", {1, 0}}, {"b", {2, 0}}, {"c", {3, 0}}};
    const auto output = render(make_plan(input));
    Words paths;
    for (const auto& file : output.files) paths.push_back(file.path);
    ASSERT_EQ(paths, (Words{"hal0-slot@a.service.d/50-hal0-generated.conf", "hal0-slot@b.service.d/50-hal0-generated.conf",
                            "hal0-slot@c.service.d/50-hal0-generated.conf"}));
    EXPECT_NE(output.files[0].text.find(" podman run "), std::string::npos);
    EXPECT_TRUE(has_line(output.files[1], "Environment=\"HAL0_CONFIG_ERROR=/etc/hal0/slots/b.toml:1:8: port: 1 is not allowed: a whole number from 1024 to 65535\""));
    EXPECT_FALSE(has_line(output.files[1], "Environment=HAL0_IMAGE=i/vulkan"));
    EXPECT_TRUE(has_line(output.files[2], "Environment=\"HAL0_CONFIG_ERROR=/etc/hal0/slots/c.toml:3:11: enabled: the slot is disabled; set it to true to start it\""));
    EXPECT_TRUE(has_line(output.files[2], "Environment=HAL0_IMAGE=i/vulkan")) << "the image of a disabled slot can be pulled";
    for (std::size_t i = 1; i < 3; ++i) EXPECT_EQ(output.files[i].text.find("ExecStart"), std::string::npos) << output.files[i].path;
    ASSERT_EQ(output.links.size(), 1U);
    EXPECT_EQ(output.links[0].path, "hal0-slots.target.wants/hal0-slot@a.service");
    EXPECT_EQ(output.links[0].target, "../hal0-slot@.service");
}

TEST(Render, ASlotRefusedForAnotherFileKeepsItsLimits) {
    const std::string limits = "\n[limits]\nmemory_max = \"8G\"\n";
    auto input = sources({{"a", "port = 9001"}, {"b", "port = 9001" + limits}, {"c", "port = 9003\nprofile = \"none\"" + limits}, {"d", "port = 1" + limits}});
    const auto files = render(make_plan(input)).files;
    ASSERT_EQ(files.size(), 4U);
    EXPECT_TRUE(has_line(files[1], "MemoryMax=8G")) << "its port is taken";
    EXPECT_TRUE(has_line(files[2], "MemoryMax=8G")) << "its profile is missing";
    EXPECT_FALSE(has_line(files[3], "MemoryMax=8G")) << "its own file is wrong";
    input.settings = SourceFile{"/etc/hal0/hal0.toml", "[", ""};
    EXPECT_TRUE(has_line(render(make_plan(input)).files[1], "MemoryMax=8G")) << "a file for all slots is wrong";
}

TEST(Render, ASlotRefusedForAnotherFileKeepsItsNetwork) {
    const std::string walled = "\nprofile = \"walled\"\n";
    auto input = sources({{"a", "port = 9001"}, {"b", "port = 9001" + walled}, {"c", "port = 9003" + walled}, {"d", "port = 9004"}});
    input.profiles.push_back({"/etc/hal0/profiles.toml", "[profile.walled]\nimage = \"i/walled\"\nnetwork = \"private\"\n", ""});
    const auto is_open = [&](std::size_t slot) { return has_line(render(make_plan(input)).files[slot], "IPAddressDeny="); };
    EXPECT_TRUE(is_open(1)) << "its port is taken";
    EXPECT_TRUE(has_line(render(make_plan(input)).files[1], "Environment=HAL0_IMAGE=i/walled")) << "which can be pulled";
    input.settings = SourceFile{"/etc/hal0/hal0.toml", "[", ""};
    EXPECT_TRUE(is_open(2)) << "a file for all slots is wrong";
    EXPECT_FALSE(is_open(3)) << "it has the host's network";
    input.profiles.push_back({"/etc/hal0/profiles.toml", "[", ""});
    EXPECT_FALSE(is_open(2)) << "nobody knows which network it has";
    EXPECT_FALSE(has_line(render(make_plan(input)).files[0], "Environment=HAL0_IMAGE=i/vulkan")) << "nor which image";
}

}  // namespace
}  // namespace hal0::slot
