#include "slot/create.hpp"

#include "slot/toml_json.hpp"
#include "tests/slot/sample_plan.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;
using Ports = std::set<std::uint16_t>;

struct CreateCase {
    std::string rule, config, toml;
    std::optional<Device> detected = Device::gpu_vulkan;
};

void expect_created(const std::vector<CreateCase>& cases) {
    for (const auto& c : cases) {
        SCOPED_TRACE(c.rule + ": " + c.config);
        const auto slot = new_slot(sample_plan({}), "chat", Json::parse(c.config), c.detected, {});
        if (slot) EXPECT_EQ(slot->toml, c.toml);
        else ADD_FAILURE() << slot.error();
    }
}

TEST(Create, WritesAFileThatIsPleasantToRead) {
    expect_created({
        {"nothing given", "{}", "device = \"gpu-vulkan\"\nport = 8081\n"},
        {"null is not given", R"({"port":null,"device":null,"model":null,"x":{"y":null}})", "device = \"gpu-vulkan\"\nport = 8081\n"},
        {"the name", R"({"name":"chat"})", "device = \"gpu-vulkan\"\nport = 8081\n"},
        {"a model", R"({"model":"qwen3-8b"})", "device = \"gpu-vulkan\"\nport = 8081\n\n[model]\ndefault = \"qwen3-8b\"\n"},
        {"a model as a table", R"({"model":{"context_size":8192,"default":"qwen3-8b"}})",
         "device = \"gpu-vulkan\"\nport = 8081\n\n[model]\ndefault = \"qwen3-8b\"\ncontext_size = 8192\n"},
        {"the old spellings", R"({"backend":"rocm","model":{"ctx_size":8192}})", "device = \"gpu-rocm\"\nport = 8081\n\n[model]\ncontext_size = 8192\n"},
        {"both spellings", R"({"backend":"rocm","device":"gpu-rocm","model":{"ctx_size":128,"context_size":128}})",
         "device = \"gpu-rocm\"\nport = 8081\n\n[model]\ncontext_size = 128\n"},
        {"everything, in order; then what is unknown",
         R"({"z":1,"timeouts":{"stop_s":5,"start_s":60},"limits":{"allowed_cpus":"0-3","memory_max":"8G"},"server":{"parallel":2,"extra_args":"--mlock"},
             "model":{"x":true,"labels":["a","b"],"default":"m"},"idle_timeout_s":60,"exclusive_group":"g","enabled":false,"port":9000,
             "provider":"llama-server","profile":"cpu","device":"cpu","type":"llm","a.b":{"c":{"d":[{"e":1}]},"b":1.5}})",
         R"(type = "llm"
device = "cpu"
profile = "cpu"
provider = "llama-server"
port = 9000
enabled = false
exclusive_group = "g"
idle_timeout_s = 60
z = 1

[model]
default = "m"
labels = ["a", "b"]
x = true

[server]
extra_args = "--mlock"
parallel = 2

[limits]
memory_max = "8G"
allowed_cpus = "0-3"

[timeouts]
start_s = 60
stop_s = 5

["a.b"]
b = 1.5

["a.b".c]
d = [{ e = 1 }]
)"},
    });
}

TEST(Create, WritesDownTheDevice) {
    expect_created({
        {"detected", "{}", "device = \"gpu-rocm\"\nport = 8081\n", Device::gpu_rocm},
        {"cannot tell", "{}", "device = \"gpu-vulkan\"\nport = 8081\n", std::nullopt},
        {"given", R"({"device":"npu"})", "device = \"npu\"\nport = 8081\n"},
        {"a profile decides", R"({"profile":"rocm"})", "profile = \"rocm\"\nport = 8081\n"},
        {"the type's profile is for one device", R"({"type":"image"})", "type = \"image\"\ndevice = \"gpu-rocm\"\nport = 8081\n"},
        {"the type's profile is for all", R"({"type":"tts"})", "type = \"tts\"\ndevice = \"cpu\"\nport = 8081\n", Device::cpu},
    });
}

TEST(Create, ReadsBackAsWhatWasGiven) {
    const auto config = Json::parse(R"({"port":9000,"device":"cpu","x":{"list":[1,-2.5,true,"a\nb",[[]],{"k":{"v":"ü"}}],"y":{"z":{"q":"\"\\"}}},"":{"a":null},"model":{"default":"m"}})");
    auto expected = config;
    expected.erase("");
    const auto slot = new_slot(sample_plan({}), "chat", expected, std::nullopt, {});
    ASSERT_TRUE(slot) << slot.error();
    Diagnostics diagnostics;
    EXPECT_EQ(json_of_slot("f", slot->toml, diagnostics), expected) << slot->toml;
}

struct CreateRefusal {
    std::string name, config;
    ErrorKind kind;
    std::string message;
};

TEST(Create, RefusesInOrder) {
    const auto plan = sample_plan({{"embed", "port = 8081\n"}, {"broken", "port = 80\n"}, {"lost", "port = 8085\nprofile = \"gone\"\n"}});
    const std::vector<CreateRefusal> cases = {
        {"Chat", R"({"port":80})", ErrorKind::invalid_name, "\"Chat\" is not a slot name: 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit"},
        {"embed", R"({"port":80})", ErrorKind::slot_exists, "there is a slot embed already: /etc/hal0/slots/embed.toml"},
        {"broken", "{}", ErrorKind::slot_exists, "there is a slot broken already: /etc/hal0/slots/broken.toml"},
        {"chat", "3", ErrorKind::invalid_config, "the configuration is not a table of keys and values"},
        {"chat", R"({"name":"x"})", ErrorKind::invalid_config, "name: \"x\" is not allowed: it must be \"chat\", the file's name"},
        {"chat", R"({"slot":{}})", ErrorKind::invalid_config, "slot: is not a key of its own: a slot's keys are given without it"},
        {"chat", R"({"port":80})", ErrorKind::invalid_config, "port: 80 is not allowed: a whole number from 1024 to 65535"},
        {"chat", R"({"port":"8082"})", ErrorKind::invalid_config, "port: \"8082\" is not allowed: a whole number from 1024 to 65535"},
        {"chat", R"({"port":8080})", ErrorKind::invalid_config,
         "port: 8080 is not allowed: it is hal0's own HTTP port; a number from 1024 to 65535, except 8080"},
        {"chat", R"({"port":8081})", ErrorKind::port_in_use, "port: 8081 is taken by slot embed (/etc/hal0/slots/embed.toml:1:8): choose another one"},
        {"chat", R"({"port":8085})", ErrorKind::port_in_use, "port: 8085 is taken by slot lost (/etc/hal0/slots/lost.toml:1:8): choose another one"},
        {"chat", R"({"port":9000})", ErrorKind::port_in_use, "port: 9000 is taken by another program on this host: choose another one"},
        {"chat", R"({"device":"tpu"})", ErrorKind::invalid_config, "device: \"tpu\" is not known: one of gpu-vulkan, gpu-rocm, cpu, npu"},
        {"chat", R"({"backend":"cuda"})", ErrorKind::invalid_config, "backend: \"cuda\" is not known: one of vulkan, rocm, cpu, flm"},
        {"chat", R"({"backend":3})", ErrorKind::invalid_config, "backend: 3 is not allowed: a string in quotes"},
        {"chat", R"({"backend":"cpu","device":"npu"})", ErrorKind::invalid_config, "backend: \"cpu\" contradicts device = \"npu\""},
        {"chat", R"({"backend":"cpu","device":3})", ErrorKind::invalid_config, "device: 3 is not allowed: a string in quotes"},
        {"chat", R"({"model":{"ctx_size":128,"context_size":256}})", ErrorKind::invalid_config,
         "model.ctx_size: contradicts model.context_size, which is the same setting"},
        {"chat", R"({"model":["a"]})", ErrorKind::invalid_config, "model: a list is not allowed: a table, [model]"},
        {"chat", R"({"model":""})", ErrorKind::invalid_config,
         "model.default: \"\" is not a model id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit"},
        {"chat", R"({"type":"video"})", ErrorKind::invalid_config, "type: \"video\" is not known: one of llm, embedding, reranking, transcription, tts, image"},
        {"chat", R"({"profile":"gone"})", ErrorKind::no_such_profile,
         "profile: there is no profile \"gone\": one of anygpu, comfyui, cpu, flm, hosted, kokoro, rocm, vulkan"},
        {"chat", R"({"profile":"rocm","device":"cpu"})", ErrorKind::invalid_config, "device: \"cpu\" contradicts the profile \"rocm\", which is for gpu"},
        {"chat", R"({"profile":"hosted"})", ErrorKind::invalid_config,
         "/usr/share/hal0/profiles.toml:30:9: profile.hosted.flags: --host is not allowed here: the slot's port and the profile's network decide it"},
        {"chat", R"({"x":"\u0000"})", ErrorKind::invalid_config, "x: is not a text: UTF-8 without NUL is allowed"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name + " " + c.config);
        const auto slot = new_slot(plan, c.name, Json::parse(c.config), std::nullopt, {9000});
        if (slot) { ADD_FAILURE() << slot->toml; continue; }
        EXPECT_EQ(to_string(slot.failure().kind), to_string(c.kind));
        EXPECT_EQ(slot.error(), c.message);
    }
}

struct PortCase {
    std::string rule, settings;
    Ports on_host;
    std::string outcome;
};

TEST(Create, TakesTheLowestFreePort) {
    const std::string few = "[slots]\nport_range_start = 8079\nport_range_end = 8083\n";
    const std::string none = "NoFreePort: no port from 8079 to 8083 is free: name one, or widen the range in hal0.toml ([slots] port_range_start, port_range_end)";
    const std::vector<PortCase> cases = {
        {"of the default range", "", {}, "8082"},
        {"the host has some", "", {8082, 8083, 22}, "8085"},
        {"the bridge's is none", few, {8079}, "8082"},
        {"the last one", few, {8079, 8082}, "8083"},
        {"none", few, {8079, 8082, 8083}, none},
    };
    for (const auto& c : cases) {
        // 8081 by a slot, 8084 by one with an error elsewhere.
        const auto plan = sample_plan({{"embed", "port = 8081\n"}, {"lost", "port = 8084\nprofile = \"gone\"\n"}}, c.settings);
        const auto slot = new_slot(plan, "chat", Json::object(), std::nullopt, c.on_host);
        EXPECT_EQ(slot ? slot->toml.substr(slot->toml.rfind(' ') + 1, 4) : std::string{to_string(slot.failure().kind)} + ": " + slot.error(), c.outcome) << c.rule;
    }
    const auto highest = new_slot(sample_plan({}, "[slots]\nport_range_start = 65535\nport_range_end = 65535\n"), "chat", Json::object(), std::nullopt, {65535});
    ASSERT_FALSE(highest);
    EXPECT_EQ(to_string(highest.failure().kind), "NoFreePort");
}

TEST(Create, SaysWhichSlotListensOnAPort) {
    const auto slot = new_slot(sample_plan({{"embed", "port = 8081\n"}}), "chat", Json{{"port", 8081}}, std::nullopt, {8081});
    ASSERT_FALSE(slot);
    EXPECT_EQ(slot.error(), "port: 8081 is taken by slot embed (/etc/hal0/slots/embed.toml:1:8): choose another one");
}

TEST(Create, HasRoomForSoMany) {
    auto plan = sample_plan({{"embed", "port = 8081\n"}});
    plan.slots.resize(most_slots, plan.slots.front());
    const auto slot = new_slot(plan, "zz", Json::object(), std::nullopt, {});
    ASSERT_FALSE(slot);
    EXPECT_EQ(slot.failure(), (OperationError{ErrorKind::invalid_config, "there are 4096 slots already, the most that there can be"}));
    plan.slots.pop_back();
    EXPECT_TRUE(new_slot(plan, "zz", Json::object(), std::nullopt, {}));
}

}  // namespace
}  // namespace hal0::slot
