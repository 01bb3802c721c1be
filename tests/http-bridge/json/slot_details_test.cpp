#include "sample_slots.hpp"

#include "http-bridge/json/slot_json.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::http {
namespace {

using nlohmann::json;

/// What (B) has beyond (A).
std::string beyond_summary(const SlotRecord& slot) {
    auto rest = slot_details(slot);
    const auto summary = slot_summary(slot);
    for (const auto& [key, value] : summary.items()) {
        EXPECT_EQ(rest.value(key, json("nothing")), value) << key;
        rest.erase(key);
    }
    return rest.dump();
}

TEST(SlotDetails, AreObjectB) {
    EXPECT_EQ(beyond_summary(full_slot()), compact(R"({"type":"llm","device":"gpu-rocm","group":"chat","model_default":"qwen3-4b","labels":["fast","de"],"enabled":true,"loaded":true,
        "ctx_max":8192,"enable_thinking":false,"mtp":true,"chat_template":"chatml","n_gpu_layers":40,"rope_freq_base":1000000.0,"idle_timeout_s":600,"workers":4,
        "llamacpp_args":"--temp 0.2","declared_backend":"rocm","container_status":"running","container_health":true,"runtime":"container","profile":"rocm",
        "image":"example.org/llama:2","device_class":"gpu","resolved_command":["example.org/llama:2","--port","8081"],"actual_image":"example.org/llama:1",
        "image_mismatch":true,"image_status":"present","mem_mb":1536.0,"metrics":{"toks":41.23,"ttft":null,"ctx":8192,"kv":0.25,"mem":1.5}})"));
}

TEST(SlotDetails, InventNothing) {
    EXPECT_EQ(beyond_summary(bare_slot()), compact(R"({"type":"","device":"","group":"chat","model_default":null,"labels":[],"enabled":false,"loaded":false,
        "ctx_max":0,"enable_thinking":null,"mtp":null,"chat_template":null,"n_gpu_layers":-1,"rope_freq_base":null,"idle_timeout_s":0,"workers":1,
        "llamacpp_args":null,"declared_backend":null,"container_status":"stopped","container_health":false,"runtime":"container","profile":"",
        "image":"","device_class":"","resolved_command":[],"actual_image":null,
        "image_mismatch":false,"mem_mb":0.0,"metrics":{"toks":0.0,"ttft":null,"ctx":0,"kv":null,"mem":0.0}})"));
}

TEST(SlotDetails, OfASlotThatFailed) {
    EXPECT_EQ(beyond_summary(failed_slot()), compact(R"({"type":"embedding","device":"cpu","group":"embed","model_default":"bge-m3","labels":[],"enabled":true,"loaded":false,
        "ctx_max":4096,"enable_thinking":null,"mtp":null,"chat_template":null,"n_gpu_layers":-1,"rope_freq_base":null,"idle_timeout_s":0,"workers":1,
        "llamacpp_args":null,"declared_backend":"cpu","container_status":"crashed","container_health":false,"runtime":"container","profile":"cpu",
        "image":"example.org/llama:cpu","device_class":"cpu","resolved_command":[],"actual_image":null,
        "image_mismatch":false,"image_status":"missing","mem_mb":0.0,"metrics":{"toks":0.0,"ttft":null,"ctx":4096,"kv":null,"mem":0.0}})"));
}

/// One field of (B), for one thing about the slot.
struct DetailCase {
    std::string given, field;
};

TEST(SlotDetails, GroupFollowsTheType) {
    const std::vector<DetailCase> cases = {{"llm", "chat"}, {"embedding", "embed"}, {"reranking", "embed"}, {"transcription", "voice"}, {"tts", "voice"}, {"image", "img"}, {"nonsense", "chat"}};
    for (const auto& c : cases) {
        auto slot = full_slot();
        slot.type = c.given;
        EXPECT_EQ(slot_details(slot)["group"], c.field) << c.given;
    }
}

TEST(SlotDetails, DeviceClassFollowsTheDevice) {
    const std::vector<DetailCase> cases = {{"gpu-rocm", "gpu"}, {"gpu-vulkan", "gpu"}, {"cpu", "cpu"}, {"npu", "npu"}, {"nonsense", ""}};
    for (const auto& c : cases) {
        auto slot = full_slot();
        slot.device = c.given;
        EXPECT_EQ(slot_details(slot)["device_class"], c.field) << c.given;
    }
}

TEST(SlotDetails, ContainerStatusFollowsTheState) {
    const std::vector<DetailCase> cases = {{"offline", "stopped"}, {"pulling", "starting"}, {"starting", "starting"}, {"warming", "starting"}, {"unloading", "stopped"}, {"error", "crashed"}};
    for (const auto& c : cases) {
        auto slot = full_slot();
        slot.active_since = 0;
        slot.state = c.given;
        EXPECT_EQ(slot_details(slot)["container_status"], c.field) << c.given;
        EXPECT_EQ(slot_details(slot)["container_health"], false) << c.given;
    }
    // It runs, but does not answer.
    auto slot = full_slot();
    slot.state = "error";
    EXPECT_EQ(slot_details(slot)["container_status"], "running");
    EXPECT_EQ(slot_details(slot)["container_health"], false);
}

TEST(SlotDetails, DeclaredBackendIsWhatTheFileSays) {
    const std::vector<DetailCase> cases = {{R"({"backend":"vulkan"})", R"("vulkan")"}, {R"({"device":"npu"})", R"("flm")"}, {R"({"device":"gpu-vulkan"})", R"("vulkan")"},
                                           {R"({"backend":"cpu","device":"gpu-rocm"})", R"("cpu")"}, {R"({"device":"nonsense"})", R"("rocm")"}, {"{}", R"("rocm")"}};
    for (const auto& c : cases) {
        auto slot = full_slot();
        slot.config = json::parse(c.given);
        EXPECT_EQ(slot_details(slot)["declared_backend"].dump(), c.field) << c.given;
    }
}

TEST(SlotDetails, TakeOlderSpellingsOfModelKeys) {
    auto slot = full_slot();
    slot.config = json::parse(R"({"enable_thinking":true,"mtp":false,"chat_template":"old","model":{"chat_template":"new"}})");
    const auto details = slot_details(slot);
    EXPECT_EQ(details["enable_thinking"], true);
    EXPECT_EQ(details["mtp"], false);
    EXPECT_EQ(details["chat_template"], "new");
}

// hal0d shows the file of a slot in error as it is written: the types of the contract hold all the same.
TEST(SlotDetails, PassOverWhatIsOfTheWrongKind) {
    auto slot = full_slot();
    slot.config = json::parse(R"({"backend":7,"device":[],"model":{"n_gpu_layers":"all","rope_freq_base":"x","enable_thinking":1,"mtp":"yes","chat_template":false},"server":{"parallel":true,"extra_args":[]}})");
    auto details = slot_details(slot);
    EXPECT_EQ(details["n_gpu_layers"].dump(), "-1");
    EXPECT_EQ(details["workers"].dump(), "1");
    EXPECT_EQ(details["declared_backend"], "rocm");
    for (const auto* key : {"rope_freq_base", "enable_thinking", "mtp", "chat_template", "llamacpp_args"}) EXPECT_TRUE(details[key].is_null()) << key;
    slot.config = json::parse(R"({"model":{"n_gpu_layers":1.5},"server":{"parallel":2.5}})");
    details = slot_details(slot);
    EXPECT_EQ(details["n_gpu_layers"].dump(), "-1");
    EXPECT_EQ(details["workers"].dump(), "1");
    for (const auto* config : {R"({"model":"qwen","server":[1]})", "[]", "null"}) {
        slot.config = json::parse(config);
        EXPECT_EQ(slot_details(slot)["n_gpu_layers"], -1) << config;
    }
}

TEST(SlotDetails, ImageMismatchNeedsARunningImage) {
    auto slot = full_slot();
    slot.running_image = slot.image;
    EXPECT_EQ(slot_details(slot)["image_mismatch"], false);
    slot.running_image.clear();
    EXPECT_EQ(slot_details(slot)["image_mismatch"], false);
}

TEST(Slots, AreAListOfB) {
    const auto chat = full_slot(), bare = bare_slot();
    EXPECT_EQ(slots_json({&chat, &bare}).dump(), "[" + slot_details(chat).dump() + "," + slot_details(bare).dump() + "]");
    EXPECT_EQ(slots_json({}).dump(), "[]");
}

}  // namespace
}  // namespace hal0::http
