// What is said of a slot in short, and of its figures.
#include "sample_slots.hpp"

#include "http-bridge/json/slot_json.hpp"

#include <gtest/gtest.h>

namespace hal0::http {
namespace {

constexpr auto full_summary = R"({"name":"chat","state":"serving","status":"serving","port":8081,"model_id":"qwen3-8b","backend":"rocm","provider":"llama-server","kind":"local",
    "metadata":{"updated_at":1764016000.123456,"message":"answers 1 request","provider":"llama-server","backend":"rocm","restarts":2},
    "last_used_at":1764016001.5,"models":["qwen3-8b","draft"],
    "config_drift":{"drifted":true,"diffs":[{"key":"image","running":"example.org/llama:1","rendered":"example.org/llama:2"}]}})";

constexpr auto bare_summary = R"({"name":"new","state":"offline","status":"offline","port":0,"model_id":null,"backend":null,"provider":"","kind":"local",
    "metadata":{"updated_at":null,"message":"","provider":"","backend":null,"restarts":0},
    "last_used_at":null,"models":[],"config_drift":{"drifted":false,"diffs":[]}})";

constexpr auto failed_summary = R"({"name":"embed","state":"error","status":"error","port":8082,"model_id":"bge-m3","backend":"cpu","provider":"llama-server","kind":"local",
    "metadata":{"updated_at":1764016000.0,"message":"exit status 1: error loading model; systemd tries again in 4 s","provider":"llama-server","backend":"cpu","restarts":1},
    "last_used_at":null,"models":[],"config_drift":{"drifted":false,"diffs":[]}})";

TEST(SlotSummary, IsObjectA) {
    EXPECT_EQ(slot_summary(full_slot()).dump(), compact(full_summary));
    EXPECT_EQ(slot_summary(bare_slot()).dump(), compact(bare_summary));
    EXPECT_EQ(slot_summary(failed_slot()).dump(), compact(failed_summary));
}

TEST(Status, HoldsTheSlotsInShort) {
    const auto chat = full_slot(), bare = bare_slot();
    const auto text = std::string{R"({"name":"hal0","version":"1.2.3","status":"ok","hardware":null,"slots":[)"} + full_summary + "," + bare_summary + R"(],"upstreams":[],"memory_enabled":false})";
    EXPECT_EQ(status_json("1.2.3", {&chat, &bare}).dump(), compact(text.c_str()));
    EXPECT_EQ(status_json("1", {}).dump(), compact(R"({"name":"hal0","version":"1","status":"ok","hardware":null,"slots":[],"upstreams":[],"memory_enabled":false})"));
}

TEST(SlotState, AndTheFrameOfItsStream) {
    EXPECT_EQ(state_json(full_slot()).dump(), compact(R"({"name":"chat","state":"serving","port":8081,"model_id":"qwen3-8b","backend":"rocm"})"));
    EXPECT_EQ(state_json(bare_slot()).dump(), compact(R"({"name":"new","state":"offline","port":0,"model_id":null,"backend":null})"));
    EXPECT_EQ(state_frame_json(full_slot()).dump(),
              compact(R"({"name":"chat","state":"serving","port":8081,"model_id":"qwen3-8b","backend":"rocm","message":"answers 1 request","updated_at":1764016000.123456})"));
    EXPECT_EQ(state_frame_json(failed_slot()).dump(), compact(R"({"name":"embed","state":"error","port":8082,"model_id":"bge-m3","backend":"cpu",
        "message":"exit status 1: error loading model; systemd tries again in 4 s","updated_at":1764016000.0})"));
    EXPECT_EQ(state_frame_json(bare_slot())["updated_at"].dump(), "null");
}

TEST(Pull, SaysHowItStands) {
    auto slot = full_slot();
    slot.pull = {"pulling", 3, 7};
    EXPECT_EQ(pull_json(slot, true).dump(), compact(R"({"resumed":true,"slot_name":"chat","image":"example.org/llama:2","state":"pulling","layer":3,"total_layers":7,"error":null})"));
    slot.pull = {"completed", 7, 7};
    EXPECT_EQ(pull_json(slot, false).dump(), compact(R"({"resumed":false,"slot_name":"chat","image":"example.org/llama:2","state":"completed","layer":7,"total_layers":7,"error":null})"));
}

TEST(Pull, WithoutOneSaysWhatIsKnownOfTheImage) {
    auto slot = full_slot();
    slot.pull = {};
    for (const auto* status : {"present", "missing"}) {
        slot.image_status = status;
        EXPECT_EQ(pull_json(slot, false)["state"], status);
    }
    slot.image_status.clear();
    EXPECT_EQ(pull_json(slot, false).dump(), compact(R"({"resumed":false,"slot_name":"chat","image":"example.org/llama:2","state":"missing","layer":0,"total_layers":0,"error":null})"));
}

TEST(Pull, ThatFailedSaysWhy) {
    auto slot = full_slot();
    slot.pull = {"failed", 2, 7};
    slot.message = "no such manifest";
    EXPECT_EQ(pull_json(slot, false)["error"], "no such manifest");
    slot.message.clear();
    EXPECT_EQ(pull_json(slot, false)["error"], "the image could not be fetched; the log of the slot says why");
}

constexpr std::uint64_t now = 1'764'016'000'999'999;  // 100.999999 s after chat came up

TEST(Metrics, AreOfRunningSlots) {
    const auto chat = full_slot(), bare = bare_slot(), failed = failed_slot();
    EXPECT_EQ(metrics_json({&chat, &bare, &failed}, now).dump(),
              compact(R"({"chat":{"name":"chat","mem_rss_mb":1536.0,"uptime_seconds":100,"requests_processing":1,"requests_deferred":3,"kv_cache_usage":0.25,"tokens_per_sec":41.23}})"));
    EXPECT_EQ(metrics_json({&bare}, now).dump(), "{}");
}

TEST(Metrics, LeaveOutWhatIsNotKnown) {
    auto slot = full_slot();
    slot.figures = {};
    EXPECT_EQ(metrics_json({&slot}, now).dump(), compact(R"({"chat":{"name":"chat","mem_rss_mb":0.0,"uptime_seconds":100,"requests_processing":1}})"));
    // The clock was set back.
    EXPECT_EQ(metrics_json({&slot}, slot.active_since - 1)["chat"]["uptime_seconds"].dump(), "0");
}

TEST(Capacity, IsOfRunningSlots) {
    auto chat = full_slot();
    const auto bare = bare_slot();
    EXPECT_EQ(capacity_json({&bare, &chat}).dump(), compact(R"({"chat":{"vram_mb":null,"ram_mb":1536.0,"mem_mb":1536.0,"state":"serving","model_id":"qwen3-8b"}})"));
    chat.model.clear();
    chat.figures.memory_bytes = 52'429;  // 0.05 MiB: rounded to a tenth
    EXPECT_EQ(capacity_json({&chat}).dump(), compact(R"({"chat":{"vram_mb":null,"ram_mb":0.1,"mem_mb":0.1,"state":"serving","model_id":null}})"));
}

}  // namespace
}  // namespace hal0::http
