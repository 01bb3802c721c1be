#include "sample_slots.hpp"

#include "http-bridge/json/catalog_json.hpp"
#include "slot/profile.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::http {
namespace {

using nlohmann::json;

TEST(Model, HasEveryField) {
    EXPECT_EQ(model_json(json::parse(R"({"id":"org/q:1","name":"Q","path":"q.gguf","size_bytes":5000000000,"license":"mit","capabilities":["chat"],"hf_repo":"org/q","hf_filename":"q.gguf",
        "tags":["t"],"backends":["rocm"],"mmproj":"m.gguf","defaults":{"context_size":8192},"installed":true,"type":"llm","note":{"own":1}})")).dump(),
              compact(R"({"id":"org/q:1","name":"Q","path":"q.gguf","size_bytes":5000000000,"license":"mit","capabilities":["chat"],"hf_repo":"org/q","hf_filename":"q.gguf",
        "tags":["t"],"backends":["rocm"],"mmproj":"m.gguf","defaults":{"context_size":8192},"metadata":{},"ns":"pulled","installed":true,"object":"model","created":null,
        "owned_by":"local","type":"llm","note":{"own":1}})"));
}

constexpr auto bare_model = R"({"id":"q","name":"","path":"","size_bytes":null,"license":null,"capabilities":[],"hf_repo":null,"hf_filename":null,"tags":[],"backends":[],"mmproj":null,
    "defaults":{},"metadata":{},"ns":"pulled","installed":null,"object":"model","created":null,"owned_by":"local","type":null})";

TEST(Model, InventsNothing) {
    EXPECT_EQ(model_json(json::parse(R"({"id":"q"})")).dump(), compact(bare_model));
    // What is the same for all rows is not the file's to say.
    EXPECT_EQ(model_json(json::parse(R"({"id":"q","ns":"x","object":"y","owned_by":"z"})")).dump(), compact(bare_model));
    EXPECT_EQ(model_json(nullptr)["id"], "");
}

TEST(Models, AreCounted) {
    const auto text = std::string{R"({"models":[)"} + bare_model + R"(],"count":1,"filtered_aliases":0})";
    EXPECT_EQ(models_json({json{{"id", "q"}}}).dump(), compact(text.c_str()));
    EXPECT_EQ(models_json({}).dump(), R"({"count":0,"filtered_aliases":0,"models":[]})");
}

TEST(Profiles, ShowWhoUsesThem) {
    slot::Profiles profiles;
    slot::Diagnostics diagnostics;
    slot::layer_profiles(profiles, "/shipped.toml", "[profile.rocm]\nimage = \"example.org/llama\"\nflags = \"--temp 0.2 --x 'a b'\"\ndevice_class = \"gpu\"\nbackend = \"rocm\"\nintent = \"speed\"\nquant = \"q4\"\nmtp = true\n", diagnostics);
    slot::layer_profiles(profiles, "/own.toml", "[profile.voice]\nimage = \"example.org/kokoro\"\nprovider = \"kokoro\"\n", diagnostics);
    ASSERT_EQ(profiles.size(), 2U);
    std::vector<json> rows;
    for (const auto& [name, profile] : profiles) rows.push_back(slot::to_json(*profile, "/shipped.toml"));
    auto other = full_slot();
    other.name = "other";
    const auto chat = full_slot(), failed = failed_slot();
    EXPECT_EQ(profiles_json(rows, {&chat, &failed, &other}).dump(), compact(R"([
        {"name":"rocm","image":"example.org/llama","flags":"--temp 0.2 --x 'a b'","mtp":true,"device_class":"gpu","backend":"rocm","resolved_flags":"--temp 0.2 --x 'a b'","seed":true,
         "runtime_family":"llama-server","supported_slot_types":["llm","embedding","reranking"],"cloned_from":null,"intent":"speed","quant":"q4","tps":null,"rtf":null,"used_by":["chat","other"]},
        {"name":"voice","image":"example.org/kokoro","flags":"","mtp":false,"device_class":null,"backend":null,"resolved_flags":"","seed":false,
         "runtime_family":"kokoro","supported_slot_types":["tts"],"cloned_from":null,"intent":null,"quant":null,"tps":null,"rtf":null,"used_by":[]}])"));
    EXPECT_EQ(profiles_json({}, {&chat}).dump(), "[]");
}

struct ProviderCase {
    std::string provider, types;
};

TEST(Profiles, SupportWhatTheirServerDoes) {
    const std::vector<ProviderCase> cases = {{"llama-server", R"(["llm","embedding","reranking"])"}, {"flm", R"(["llm"])"}, {"kokoro", R"(["tts"])"},
                                             {"moonshine", R"(["transcription"])"}, {"comfyui", R"(["image"])"}, {"nonsense", "[]"}};
    for (const auto& c : cases) EXPECT_EQ(profiles_json({json{{"provider", c.provider}}}, {})[0]["supported_slot_types"].dump(), c.types) << c.provider;
    EXPECT_EQ(profiles_json({json::parse(R"({"provider":"flm","supported_slot_types":["tts"]})")}, {})[0]["supported_slot_types"].dump(), R"(["tts"])");
}

}  // namespace
}  // namespace hal0::http
