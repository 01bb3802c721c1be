#include "slot/edit.hpp"

#include "tests/slot/sample_plan.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

const SlotName chat = *SlotName::parse("chat");
const std::string in_chat_toml = "/etc/hal0/slots/chat.toml:";

Result<std::string, OperationError> edit(const std::string& toml, const std::string& changes, std::optional<Device> detected = std::nullopt,
                                         std::vector<std::pair<std::string, std::string>> others = {}) {
    others.emplace_back("chat", toml);
    return edit_slot(sample_plan(others), chat, toml, Json::parse(changes), detected);
}

struct EditCase {
    std::string rule, before, changes, after;
    std::optional<Device> detected = std::nullopt;
};

void expect_edited(const std::vector<EditCase>& cases) {
    for (const auto& c : cases) {
        SCOPED_TRACE(c.rule + ": " + c.changes);
        const auto result = edit(c.before, c.changes, c.detected);
        if (result) EXPECT_EQ(*result, c.after);
        else ADD_FAILURE() << result.error();
    }
}

struct EditRefusal {
    std::string before, changes;
    ErrorKind kind;
    std::string message;
};

void expect_edit_refused(const std::vector<EditRefusal>& cases) {
    for (const auto& c : cases) {
        SCOPED_TRACE(c.before + "-- " + c.changes);
        const auto result = edit(c.before, c.changes);
        if (result) { ADD_FAILURE() << *result; continue; }
        EXPECT_EQ(to_string(result.failure().kind), to_string(c.kind));
        EXPECT_EQ(result.error(), c.message);
    }
}

TEST(Edit, ChangesAddsAndRemovesKeys) {
    expect_edited({
        {"nothing", "# c\nport = 8081 # why\n\n[x]\n", "{}", "# c\nport = 8081 # why\n\n[x]\n"},
        {"a change", "# c\nport = 8081 # why\n", R"({"port":8082})", "# c\nport = 8082 # why\n"},
        {"what it is already", "port = 0x1F91 # why\n", R"({"port":8081})", "port = 0x1F91 # why\n"},
        {"a new key", "port = 8081\n[model]\ndefault = \"a\"\n", R"({"enabled":false})", "port = 8081\nenabled = false\n[model]\ndefault = \"a\"\n"},
        {"a new table", "port = 8081\n", R"({"model":{"default":"q","n_gpu_layers":-1},"server":{"parallel":2}})",
         "port = 8081\n\n[model]\ndefault = \"q\"\nn_gpu_layers = -1\n\n[server]\nparallel = 2\n"},
        {"tables merge", "port = 8081\n[model]\ndefault = \"a\" # c\ncontext_size = 4096\n", R"({"model":{"context_size":8192}})",
         "port = 8081\n[model]\ndefault = \"a\" # c\ncontext_size = 8192\n"},
        {"null removes", "port = 8081\nenabled = false\n", R"({"enabled":null})", "port = 8081\n"},
        {"null of nothing", "port = 8081\n", R"({"enabled":null,"model":{"default":null},"x":null})", "port = 8081\n"},
        {"null removes a whole table", "port = 8081\n\n# the model\n[model]\ndefault = \"a\"\n\n[limits]\ncpu_weight = 1\n", R"({"model":null})",
         "port = 8081\n\n[limits]\ncpu_weight = 1\n"},
        {"an empty table is not written", "port = 8081\n", R"({"model":{},"x":{"y":{}}})", "port = 8081\n"},
        {"lists", "port = 8081\nx = [1]\n", R"({"x":[1,"a",[true,0.5],{"k v":1}],"model":{"labels":["a"]}})",
         "port = 8081\nx = [1, \"a\", [true, 0.5], { \"k v\" = 1 }]\n\n[model]\nlabels = [\"a\"]\n"},
        {"deep unknown tables", "port = 8081\n", R"({"x":{"y":{"z":1}}})", "port = 8081\n\n[x.y]\nz = 1\n"},
        {"a value becomes a table", "x = 1\nport = 8081\n", R"({"x":{"y":2}})", "port = 8081\n\n[x]\ny = 2\n"},
        {"a table becomes a value", "port = 8081\n\n[x]\ny = 2\n\n[x.z]\n", R"({"x":1})", "port = 8081\nx = 1\n"},
        {"braces become a value", "x = { y = 2 } # c\nport = 8081\n", R"({"x":1})", "x = 1 # c\nport = 8081\n"},
        {"sections become a list", "port = 8081\n[[x]]\ny = 2\n[[x]]\n", R"({"x":["a"]})", "port = 8081\nx = [\"a\"]\n"},
        {"sections become a table", "port = 8081\n[[x]]\ny = 2\n", R"({"x":{"z":1}})", "port = 8081\n\n[x]\nz = 1\n"},
        {"dates stay", "port = 8081\nx = 1979-05-27\n", R"({"enabled":true})", "port = 8081\nx = 1979-05-27\nenabled = true\n"},
        {"text that needs escapes", "port = 8081\n", R"({"x":"a\"b\\\n\u0001ü"})", "port = 8081\nx = \"a\\\"b\\\\\\n\\u0001ü\"\n"},
        {"keys that need quotes", "port = 8081\n", R"({"a.b":1})", "port = 8081\n\"a.b\" = 1\n"},
    });
}

TEST(Edit, KeepsTheShapeOfTheFile) {
    const std::string nested = "[slot]\nport = 8081\n[slot.model]\ndefault = \"a\"\n";
    expect_edited({
        {"where the key lives", nested, R"({"port":8082})", "[slot]\nport = 8082\n[slot.model]\ndefault = \"a\"\n"},
        {"a new slot key", nested, R"({"enabled":true})", "[slot]\nport = 8081\nenabled = true\n[slot.model]\ndefault = \"a\"\n"},
        {"a new model key", nested, R"({"model":{"n_gpu_layers":1}})", nested + "n_gpu_layers = 1\n"},
        {"a new table", nested, R"({"limits":{"cpu_weight":1}})", nested + "\n[slot.limits]\ncpu_weight = 1\n"},
        {"removal", nested, R"({"model":null})", "[slot]\nport = 8081\n"},
        {"slot in braces", "slot = { port = 8081 }\n", R"({"enabled":true,"model":{"default":"a"}})", "slot = { port = 8081, enabled = true, model.default = \"a\" }\n"},
        {"dotted", "slot.port = 8081\n", R"({"enabled":true})", "slot.port = 8081\nslot.enabled = true\n"},
        {"a table outside of [slot]", "[slot]\nport = 8081\n[model]\ndefault = \"a\"\n", R"({"model":{"n_gpu_layers":1}})",
         "[slot]\nport = 8081\n[model]\ndefault = \"a\"\nn_gpu_layers = 1\n"},
        {"plain keys outside of [slot]", "port = 8081\n[slot.model]\ndefault = \"a\"\n", R"({"enabled":true,"model":{"n_gpu_layers":1}})",
         "port = 8081\nenabled = true\n[slot.model]\ndefault = \"a\"\nn_gpu_layers = 1\n"},
        {"an unknown sub-table", "port = 8081\n[slot.x.y]\na = 1\n", R"({"x":{"y":{"b":2}}})", "port = 8081\n[slot.x.y]\na = 1\nb = 2\n"},
        {"CRLF", "port = 8081\r\n[model]\r\n", R"({"model":{"default":"a"}})", "port = 8081\r\n[model]\r\ndefault = \"a\"\r\n"},
    });
}

TEST(Edit, MendsAFile) {
    expect_edited({
        {"a wrong value", "port = 80\n", R"({"port":8081})", "port = 8081\n"},
        {"a missing port", "# mine\n", R"({"port":8081})", "# mine\nport = 8081\n"},
        {"a missing port, with sections", "[model]\ndefault = \"a\"\n", R"({"port":8081})", "port = 8081\n[model]\ndefault = \"a\"\n"},
        {"a missing port under [slot]", "[slot]\n", R"({"port":8081})", "[slot]\nport = 8081\n"},
        {"given twice", "port = 8081\n[slot]\nport = 8082\n", R"({"port":8083})", "[slot]\nport = 8083\n"},
        {"given twice, removed", "port = 8081\nenabled = true\n[slot]\nenabled = false\n", R"({"enabled":null})", "port = 8081\n[slot]\n"},
        {"a value for a table", "port = 8081\nmodel = \"a\"\n", R"({"model":{"default":"a"}})", "port = 8081\n\n[model]\ndefault = \"a\"\n"},
        {"a list of tables for a table", "port = 8081\n[[model]]\ndefault = \"a\"\n", R"({"model":null})", "port = 8081\n"},
        {"a profile that is gone", "port = 8081\nprofile = \"gone\"\n", R"({"profile":null})", "port = 8081\n"},
        {"both context sizes", "port = 8081\n[model]\ncontext_size = 128\nctx_size = 256\n", R"({"model":{"ctx_size":512}})", "port = 8081\n[model]\ncontext_size = 512\n"},
        {"device and backend at odds", "port = 8081\ndevice = \"cpu\"\nbackend = \"rocm\"\n", R"({"backend":"vulkan"})",
         "port = 8081\ndevice = \"gpu-vulkan\"\nbackend = \"vulkan\"\n"},
    });
}

TEST(Edit, RefusesWhatStaysBroken) {
    expect_edit_refused({
        {"port = 80\n", R"({"enabled":true})", ErrorKind::invalid_config, in_chat_toml + "1:8: port: 80 is not allowed: a whole number from 1024 to 65535"},
        {"port = 80\n", "{}", ErrorKind::invalid_config, in_chat_toml + "1:8: port: 80 is not allowed: a whole number from 1024 to 65535"},
        {"[model]\n\n[limits]\ncpu_weight = 0\n", R"({"port":8081,"model":{"default":"a"}})", ErrorKind::invalid_config,
         in_chat_toml + "4:14: limits.cpu_weight: 0 is not allowed: a whole number from 1 to 10000"},
        {"a = \n", R"({"port":8081})", ErrorKind::invalid_config, in_chat_toml + "1:5: Error while parsing key-value pair: expected value, saw '\\n'"},
        {"port = 8081\nprofile = \"gone\"\n", R"({"enabled":true})", ErrorKind::no_such_profile,
         in_chat_toml + "2:11: profile: there is no profile \"gone\": one of anygpu, comfyui, cpu, flm, hosted, kokoro, rocm, vulkan"},
        {"port = 8081\nslot = 3\n", R"({"enabled":true})", ErrorKind::invalid_config, in_chat_toml + "2:8: slot: 3 is not allowed: a table, [slot]"},
    });
}

TEST(Edit, RefusesWhatWouldBreakTheFile) {
    expect_edit_refused({
        {"port = 8081\n", R"({"port":80})", ErrorKind::invalid_config, in_chat_toml + "1:8: port: 80 is not allowed: a whole number from 1024 to 65535"},
        {"port = 8081\n", R"({"port":8080})", ErrorKind::invalid_config,
         in_chat_toml + "1:8: port: 8080 is not allowed: it is hal0's own HTTP port; a number from 1024 to 65535, except 8080"},
        {"port = 8081\n", R"({"port":null})", ErrorKind::invalid_config, in_chat_toml.substr(0, in_chat_toml.size() - 1) + ": port: is missing: a number from 1024 to 65535, except 8080"},
        {"port = 8081\n", R"({"port":"8082"})", ErrorKind::invalid_config, in_chat_toml + "1:8: port: \"8082\" is not allowed: a whole number from 1024 to 65535"},
        {"port = 8081\n", R"({"name":"x"})", ErrorKind::invalid_config, in_chat_toml + "2:8: name: \"x\" is not allowed: it must be \"chat\", the file's name"},
        {"port = 8081\n", R"({"model":"a"})", ErrorKind::invalid_config, in_chat_toml + "2:9: model: \"a\" is not allowed: a table, [model]"},
        {"port = 8081\n", R"({"model":{"default":"--x"}})", ErrorKind::invalid_config,
         in_chat_toml + "4:11: model.default: \"--x\" is not a model id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit"},
        {"port = 8081\n", R"({"profile":"gone"})", ErrorKind::no_such_profile,
         in_chat_toml + "2:11: profile: there is no profile \"gone\": one of anygpu, comfyui, cpu, flm, hosted, kokoro, rocm, vulkan"},
        {"port = 8081\n", R"({"profile":"hosted"})", ErrorKind::invalid_config,
         "/usr/share/hal0/profiles.toml:30:9: profile.hosted.flags: --host is not allowed here: the slot's port and the profile's network decide it"},
        {"port = 8081\n", R"({"server":{"extra_args":"--port 1"}})", ErrorKind::invalid_config,
         in_chat_toml + "4:14: server.extra_args: --port is not allowed here: the slot's port and the profile's network decide it"},
        {"port = 8081\n", R"({"device":"tpu"})", ErrorKind::invalid_config, in_chat_toml + "2:10: device: \"tpu\" is not known: one of gpu-vulkan, gpu-rocm, cpu, npu"},
        {"port = 8081\n", R"({"device":3})", ErrorKind::invalid_config, in_chat_toml + "2:10: device: 3 is not allowed: a string in quotes"},
        {"port = 8081\ndevice = \"cpu\"\n", R"({"backend":"cuda"})", ErrorKind::invalid_config, in_chat_toml + "3:11: backend: \"cuda\" is not known: one of vulkan, rocm, cpu, flm"},
        {"port = 8081\n", R"({"device":"cpu","profile":"rocm"})", ErrorKind::invalid_config,
         in_chat_toml + "2:10: device: \"cpu\" contradicts the profile \"rocm\", which is for gpu"},
        {"port = 8081\n", R"({"device":"gpu-vulkan","profile":"rocm"})", ErrorKind::invalid_config,
         in_chat_toml + "2:10: device: \"gpu-vulkan\" contradicts the profile \"rocm\", which is for gpu-rocm"},
        {"port = 8081\n", R"({"backend":"cpu","profile":"rocm"})", ErrorKind::invalid_config,
         in_chat_toml + "2:10: device: \"cpu\" contradicts the profile \"rocm\", which is for gpu"},
        {"port = 8081\n", R"({"backend":"cpu","device":"npu"})", ErrorKind::invalid_config, "backend: \"cpu\" contradicts device = \"npu\""},
        {"port = 8081\n", R"({"model":{"ctx_size":128,"context_size":256}})", ErrorKind::invalid_config,
         "model.ctx_size: contradicts model.context_size, which is the same setting"},
        {"port = 8081\ntype = \"image\"\n", R"({"device":"cpu"})", ErrorKind::invalid_config,
         in_chat_toml + "3:10: device: \"cpu\" contradicts the profile \"comfyui\", which is for gpu"},
        {"port = 8081\n", R"({"slot":{"port":8082}})", ErrorKind::invalid_config, "slot: is not a key of its own: a slot's keys are given without it"},
        {"port = 8081\n", R"({"slot":null})", ErrorKind::invalid_config, "slot: is not a key of its own: a slot's keys are given without it"},
        {"port = 8081\n", "[]", ErrorKind::invalid_config, "the configuration is not a table of keys and values"},
        {"port = 8081\n", R"({"x":[null]})", ErrorKind::invalid_config, "x: has a null in its list, which TOML does not have"},
    });
}

TEST(Edit, OfASlotThatIsNotThere) {
    const auto result = edit_slot(sample_plan({{"other", "port = 8081\n"}}), chat, "port = 8081\n", Json::object());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.failure(), (OperationError{ErrorKind::no_such_slot, "there is no slot \"chat\""}));
}

TEST(Edit, PortsBelongToOneSlot) {
    const auto embed = std::pair<std::string, std::string>{"embed", "port = 8082\n"};
    const auto taken = edit("port = 8081\n", R"({"port":8082})", std::nullopt, {embed});
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.failure(), (OperationError{ErrorKind::port_in_use, in_chat_toml + "1:8: port: 8082 is taken by slot embed (/etc/hal0/slots/embed.toml:1:8): choose another one"}));
    const auto last_wins = edit("port = 8081\n", R"({"port":8083})", std::nullopt, {embed});
    EXPECT_TRUE(last_wins);
    const auto not_mended = edit("port = 8082\n", R"({"enabled":true})", std::nullopt, {{"audio", "port = 8082\n"}});
    ASSERT_FALSE(not_mended);
    EXPECT_EQ(to_string(not_mended.failure().kind), "PortInUse");
    EXPECT_TRUE(edit("port = 8082\n", R"({"enabled":true})", std::nullopt, {embed})) << "chat is the first by name: the port is its own";
    EXPECT_TRUE(edit("port = 8082\n", R"({"port":8081})", std::nullopt, {{"audio", "port = 8082\n"}}));
    const auto of_broken = edit("port = 8081\n", R"({"port":8082})", std::nullopt, {{"embed", "port = 8082\nprofile = \"gone\"\n"}});
    ASSERT_FALSE(of_broken);
    EXPECT_EQ(to_string(of_broken.failure().kind), "PortInUse");
    EXPECT_TRUE(edit("port = 8081\n", R"({"port":8082})", std::nullopt, {{"embed", "port = 8082\nenabled = 3\n"}})) << "nobody can tell what it asks for";
}

TEST(Edit, GroupsHaveRoomForSoMany) {
    std::vector<std::pair<std::string, std::string>> others;
    for (std::size_t i = 0; i < most_rivals; ++i) others.emplace_back("s" + std::to_string(i), "port = " + std::to_string(9000 + i) + "\nexclusive_group = \"g\"\n");
    const auto full = edit("port = 8081\n", R"({"exclusive_group":"g"})", std::nullopt, others);
    ASSERT_FALSE(full);
    EXPECT_EQ(full.failure(), (OperationError{ErrorKind::invalid_config, in_chat_toml + "2:19: exclusive_group: \"g\" has 64 slots already, the most that a group can have"}));
    others.pop_back();
    EXPECT_TRUE(edit("port = 8081\n", R"({"exclusive_group":"g"})", std::nullopt, others));
    EXPECT_TRUE(edit("port = 8081\nexclusive_group = \"g\"\n", R"({"enabled":false})", std::nullopt, others));
}

TEST(Edit, UsesTheSpellingOfTheFile) {
    const std::string port = "port = 8081\n";
    expect_edited({
        {"new", port + "[model]\n", R"({"model":{"ctx_size":128}})", port + "[model]\ncontext_size = 128\n"},
        {"the old one", port + "[model]\nctx_size = 128 # c\n", R"({"model":{"context_size":256}})", port + "[model]\nctx_size = 256 # c\n"},
        {"the new one", port + "[model]\ncontext_size = 128 # c\n", R"({"model":{"ctx_size":256}})", port + "[model]\ncontext_size = 256 # c\n"},
        {"removed by the other one", port + "[model]\nctx_size = 128\n", R"({"model":{"context_size":null}})", port + "[model]\n"},
        {"the same twice", port + "[model]\nctx_size = 128\n", R"({"model":{"ctx_size":256,"context_size":256}})", port + "[model]\nctx_size = 256\n"},
        {"the same twice, new", port, R"({"model":{"ctx_size":256,"context_size":256}})", port + "\n[model]\ncontext_size = 256\n"},
        {"one replaces the other", port + "[model]\nctx_size = 128\n", R"({"model":{"ctx_size":null,"context_size":256}})", port + "[model]\ncontext_size = 256\n"},
        {"a new device", port, R"({"backend":"rocm"})", port + "device = \"gpu-rocm\"\n"},
        {"the device", port + "device = \"cpu\" # c\n", R"({"backend":"rocm"})", port + "device = \"gpu-rocm\" # c\n"},
        {"the backend", port + "backend = \"cpu\" # c\n", R"({"device":"gpu-rocm"})", port + "backend = \"rocm\" # c\n"},
        {"backend by backend", port + "backend = \"cpu\" # c\n", R"({"backend":"flm"})", port + "backend = \"flm\" # c\n"},
        {"both in the file", port + "device = \"cpu\"\nbackend = \"cpu\"\n", R"({"device":"npu"})", port + "device = \"npu\"\nbackend = \"flm\"\n"},
        {"both in the request", port, R"({"device":"npu","backend":"flm"})", port + "device = \"npu\"\n"},
        {"both removed", port + "backend = \"cpu\"\n", R"({"device":null})", port},
        {"both removed by the other", port + "device = \"cpu\"\n", R"({"backend":null})", port},
        {"device for backend", port + "backend = \"cpu\"\n", R"({"backend":null,"device":"npu"})", port + "device = \"npu\"\n"},
        {"backend for device", port + "device = \"cpu\"\n", R"({"device":null,"backend":"flm"})", port + "backend = \"flm\"\n"},
    });
}

TEST(Edit, MovesTheProfileWithTheDeviceAndBack) {
    const std::string port = "port = 8081\n";
    expect_edited({
        {"the profile follows", port + "device = \"cpu\"\nprofile = \"cpu\"\n", R"({"device":"gpu-rocm"})", port + "device = \"gpu-rocm\"\nprofile = \"rocm\"\n"},
        {"by backend", port + "profile = \"cpu\"\n", R"({"backend":"vulkan"})", port + "profile = \"vulkan\"\ndevice = \"gpu-vulkan\"\n"},
        {"of one GPU to the other", port + "profile = \"rocm\"\n", R"({"device":"gpu-vulkan"})", port + "profile = \"vulkan\"\ndevice = \"gpu-vulkan\"\n"},
        {"to the type's own", port + "type = \"tts\"\nprofile = \"rocm\"\n", R"({"device":"cpu"})", port + "type = \"tts\"\nprofile = \"kokoro\"\ndevice = \"cpu\"\n"},
        {"to that of a new type", port + "profile = \"rocm\"\n", R"({"device":"cpu","type":"tts"})", port + "profile = \"kokoro\"\ndevice = \"cpu\"\ntype = \"tts\"\n"},
        {"a profile that suits stays", port + "profile = \"anygpu\"\n", R"({"device":"gpu-rocm"})", port + "profile = \"anygpu\"\ndevice = \"gpu-rocm\"\n"},
        {"a profile for everything stays", port + "profile = \"kokoro\"\n", R"({"device":"npu"})", port + "profile = \"kokoro\"\ndevice = \"npu\"\n"},
        {"without one, nothing follows", port + "device = \"cpu\"\n", R"({"device":"npu"})", port + "device = \"npu\"\n"},
        {"the profile is removed along", port + "profile = \"rocm\"\n", R"({"device":"cpu","profile":null})", port + "device = \"cpu\"\n"},
        {"the device follows", port + "device = \"cpu\"\n", R"({"profile":"rocm"})", port + "device = \"gpu-rocm\"\nprofile = \"rocm\"\n"},
        {"the backend follows", port + "backend = \"cpu\"\n", R"({"profile":"rocm"})", port + "backend = \"rocm\"\nprofile = \"rocm\"\n"},
        {"to any GPU: the detected one", port + "device = \"cpu\"\n", R"({"profile":"anygpu"})", port + "device = \"gpu-rocm\"\nprofile = \"anygpu\"\n", Device::gpu_rocm},
        {"to any GPU: none detected", port + "device = \"cpu\"\n", R"({"profile":"anygpu"})", port + "device = \"gpu-vulkan\"\nprofile = \"anygpu\"\n", Device::cpu},
        {"to any GPU: it is one", port + "device = \"gpu-rocm\"\n", R"({"profile":"anygpu"})", port + "device = \"gpu-rocm\"\nprofile = \"anygpu\"\n"},
        {"a device that suits stays", port + "device = \"npu\"\n", R"({"profile":"kokoro"})", port + "device = \"npu\"\nprofile = \"kokoro\"\n"},
        {"without one, nothing follows", port, R"({"profile":"cpu"})", port + "profile = \"cpu\"\n"},
        {"the device is removed along", port + "device = \"cpu\"\n", R"({"profile":"rocm","device":null})", port + "profile = \"rocm\"\n"},
        {"both, coherent", port + "device = \"cpu\"\n", R"({"profile":"rocm","backend":"rocm"})", port + "device = \"gpu-rocm\"\nprofile = \"rocm\"\n"},
    });
}

TEST(Edit, MovesTheProviderThatIsTheProfilesOwn) {
    const std::string port = "port = 8081\n";
    expect_edited({
        {"with the device", port + "device = \"npu\"\nprovider = \"flm\"\n", R"({"device":"cpu"})", port + "device = \"cpu\"\nprovider = \"llama-server\"\n"},
        {"with the profile", port + "provider = \"llama-server\"\n", R"({"profile":"kokoro"})", port + "provider = \"kokoro\"\nprofile = \"kokoro\"\n"},
        {"with the type", port + "provider = \"llama-server\"\n", R"({"type":"tts"})", port + "provider = \"kokoro\"\ntype = \"tts\"\n"},
        {"not one of another kind", port + "provider = \"moonshine\"\n", R"({"device":"npu"})", port + "provider = \"moonshine\"\ndevice = \"npu\"\n"},
        {"not one that is given", port + "provider = \"flm\"\ndevice = \"npu\"\n", R"({"device":"cpu","provider":"moonshine"})",
         port + "provider = \"moonshine\"\ndevice = \"cpu\"\n"},
        {"not with the same provider", port + "provider = \"llama-server\"\ndevice = \"cpu\"\n", R"({"device":"gpu-rocm"})",
         port + "provider = \"llama-server\"\ndevice = \"gpu-rocm\"\n"},
        {"the old profile is gone", port + "provider = \"flm\"\nprofile = \"gone\"\n", R"({"profile":"cpu"})", port + "provider = \"flm\"\nprofile = \"cpu\"\n"},
    });
}

TEST(Edit, LimitsTheFile) {
    std::string toml = "port = 8081\n";
    while (toml.size() < 1024 * 1024 - 100) toml += "# " + std::string(97, 'x') + "\n";
    EXPECT_TRUE(edit(toml, R"({"enabled":true})"));
    const auto result = edit_slot(sample_plan({{"chat", toml}}), chat, toml, Json{{"x", std::string(200, 'x')}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.failure(), (OperationError{ErrorKind::invalid_config, "/etc/hal0/slots/chat.toml: with x, the file would be larger than 1 MiB"}));
}

OperationError refusal_of_text(const std::string& toml, const std::string& before = "port = 8081\n") {
    const auto slot = slot_of_text(sample_plan({{"chat", before}, {"other", "port = 8085\n"}}), chat, toml);
    return slot ? OperationError{ErrorKind::busy, "accepted"} : slot.failure();
}

TEST(SlotOfText, IsWhatTheFileWouldMake) {
    const auto slot = slot_of_text(sample_plan({{"chat", "port = [\n"}}), chat, "# mended\nport = 8081\nprofile = \"cpu\"\n[model]\ndefault = \"tiny\"\n");
    ASSERT_TRUE(slot) << slot.error();
    EXPECT_EQ(slot->config.port, 8081);
    EXPECT_EQ(slot->profile->image, "i/cpu");
    EXPECT_EQ(slot->config.model->str(), "tiny");
}

TEST(SlotOfText, SaysWhatIsWrongInTheText) {
    EXPECT_EQ(refusal_of_text("\n\nport = 80\n").kind, ErrorKind::invalid_config);
    EXPECT_TRUE(refusal_of_text("\n\nport = 80\n").message.starts_with(in_chat_toml + "3:8: port: 80 is not allowed")) << refusal_of_text("\n\nport = 80\n").message;
    EXPECT_TRUE(refusal_of_text("port = 8081\nport = 8081\n").message.starts_with(in_chat_toml + "2:")) << refusal_of_text("port = 8081\nport = 8081\n").message;
    EXPECT_EQ(refusal_of_text("name = \"other\"\nport = 8081\n").kind, ErrorKind::invalid_config);
    EXPECT_EQ(refusal_of_text("").kind, ErrorKind::invalid_config);
    EXPECT_EQ(refusal_of_text("port = 8085\n"), (OperationError{ErrorKind::port_in_use, in_chat_toml + "1:8: port: 8085 is taken by slot other (/etc/hal0/slots/other.toml:1:8): choose another one"}));
    EXPECT_EQ(refusal_of_text("port = 8081\nprofile = \"gone\"\n").kind, ErrorKind::no_such_profile);
}

TEST(SlotOfText, LimitsTheText) {
    const std::string most = "port = 8081\n#" + std::string(most_text_bytes - 14, 'x') + "\n";
    ASSERT_EQ(most.size(), most_text_bytes);
    EXPECT_TRUE(slot_of_text(sample_plan({{"chat", ""}}), chat, most));
    EXPECT_EQ(refusal_of_text(most + "\n"), (OperationError{ErrorKind::invalid_config, "/etc/hal0/slots/chat.toml: a text of 65537 bytes is too long: at most 65536"}));
}

TEST(SlotOfText, IsOfASlotThatThereIs) {
    const auto slot = slot_of_text(sample_plan({}), chat, "port = 8081\n");
    ASSERT_FALSE(slot);
    EXPECT_EQ(slot.failure().kind, ErrorKind::no_such_slot);
}

}  // namespace
}  // namespace hal0::slot
