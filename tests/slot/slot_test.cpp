#include "slot/slot.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace hal0::slot {
namespace {

using Words = std::vector<std::string>;

constexpr const char* profiles_toml = R"(
[profile.vulkan]
image = "i/vulkan"
device_class = "gpu"
backend = "vulkan"
flags = "--flash-attn on"
[profile.rocm]
image = "i/rocm"
device_class = "gpu"
backend = "rocm"
[profile.cpu]
image = "i/cpu"
device_class = "cpu"
[profile.flm]
image = "i/flm"
provider = "flm"
device_class = "npu"
[profile.kokoro]
image = "i/kokoro"
provider = "kokoro"
[profile.comfyui]
image = "i/comfyui"
provider = "comfyui"
device_class = "gpu"
[profile.anywhere]
image = "i/any"
[profile.anygpu]
image = "i/anygpu"
device_class = "gpu"
[profile.private]
image = "i/private"
network = "private"
[profile.full]
image = "i/full"
flags = "-c 1024 -ngl 10 --rope_freq_base=5 -np 1 -m /x.gguf --alias y --no-mmproj --seed 7"
[profile.hosted]
image = "i/hosted"
flags = "--flash-attn on --host 0.0.0.0"
)";

Profiles shipped() {
    Profiles profiles;
    Diagnostics diagnostics;
    layer_profiles(profiles, "profiles.toml", profiles_toml, diagnostics);
    EXPECT_TRUE(diagnostics.empty());
    return profiles;
}

SlotConfig config_of(const std::string& toml) {
    auto file = parse_slot(*SlotName::parse("chat"), "chat.toml", "port = 9000\n" + toml);
    EXPECT_TRUE(file.config) << toml;
    return file.config ? *file.config : SlotConfig{*SlotName::parse("broken")};
}

std::variant<Slot, Refusal> resolved(const std::string& toml, std::optional<Device> detected = std::nullopt) {
    return resolve(config_of(toml), shipped(), detected);
}

/// The slot of a text that must resolve.
Slot good_slot(const std::string& toml, std::optional<Device> detected = std::nullopt) {
    const auto result = resolved(toml, detected);
    if (const auto* refusal = std::get_if<Refusal>(&result)) ADD_FAILURE() << toml << ": " << to_string(refusal->reason);
    const auto* slot = std::get_if<Slot>(&result);
    return slot ? *slot : Slot{SlotConfig{*SlotName::parse("broken")}, {}, {}, {}};
}

std::string problem_of(const std::string& toml, std::optional<Device> detected = std::nullopt) {
    const auto result = resolved(toml, detected);
    const auto* refusal = std::get_if<Refusal>(&result);
    return refusal ? to_string(refusal->reason) : "no problem";
}

struct ResolveCase {
    std::string toml;
    std::optional<Device> detected;
    Device device;
    std::string profile;
    ProviderId provider;
};

TEST(Resolve, DecidesDeviceProfileAndProvider) {
    using enum ProviderId;
    constexpr auto unknown = std::nullopt;
    const std::vector<ResolveCase> cases = {
        {"", unknown, Device::gpu_vulkan, "vulkan", llama_server},
        {"", Device::gpu_rocm, Device::gpu_rocm, "rocm", llama_server},
        {"", Device::cpu, Device::cpu, "cpu", llama_server},
        {"", Device::npu, Device::npu, "flm", flm},
        {"device = \"gpu-vulkan\"", Device::gpu_rocm, Device::gpu_vulkan, "vulkan", llama_server},
        {"backend = \"rocm\"", Device::cpu, Device::gpu_rocm, "rocm", llama_server},
        {"profile = \"rocm\"", unknown, Device::gpu_rocm, "rocm", llama_server},
        {"profile = \"rocm\"", Device::cpu, Device::gpu_rocm, "rocm", llama_server},
        {"profile = \"cpu\"", Device::gpu_rocm, Device::cpu, "cpu", llama_server},
        {"profile = \"flm\"", Device::gpu_rocm, Device::npu, "flm", flm},
        {"profile = \"anywhere\"", Device::gpu_rocm, Device::gpu_rocm, "anywhere", llama_server},
        {"profile = \"anywhere\"", unknown, Device::gpu_vulkan, "anywhere", llama_server},
        {"profile = \"anywhere\"\ndevice = \"npu\"", Device::cpu, Device::npu, "anywhere", llama_server},
        {"profile = \"anygpu\"", Device::gpu_rocm, Device::gpu_rocm, "anygpu", llama_server},
        {"profile = \"anygpu\"\ndevice = \"gpu-rocm\"", unknown, Device::gpu_rocm, "anygpu", llama_server},
        {"type = \"tts\"", Device::cpu, Device::cpu, "kokoro", kokoro},
        {"type = \"tts\"\ndevice = \"npu\"", Device::cpu, Device::npu, "flm", flm},
        {"type = \"image\"", Device::gpu_rocm, Device::gpu_rocm, "comfyui", comfyui},
        {"type = \"image\"", Device::cpu, Device::gpu_vulkan, "comfyui", comfyui},
        {"profile = \"anygpu\"", Device::cpu, Device::gpu_vulkan, "anygpu", llama_server},
        {"provider = \"moonshine\"", Device::cpu, Device::cpu, "cpu", moonshine},
        {"profile = \"flm\"\nprovider = \"llama-server\"", unknown, Device::npu, "flm", llama_server},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.toml + (c.detected ? " on " + std::string{to_string(*c.detected)} : ""));
        const auto slot = good_slot(c.toml, c.detected);
        EXPECT_EQ(slot.device, c.device);
        EXPECT_EQ(slot.profile->name, c.profile);
        EXPECT_EQ(slot.provider, c.provider);
        EXPECT_EQ(slot.config.port, 9000);
    }
}

TEST(Resolve, NamesAMissingProfileAndWhatThereIs) {
    EXPECT_EQ(problem_of("profile = \"vulcan\""), "chat.toml:2:11: profile: there is no profile \"vulcan\": one of "
                                                  "anygpu, anywhere, comfyui, cpu, flm, full, hosted, kokoro, private, rocm, vulkan");
    const auto none = resolve(config_of(""), {}, Device::cpu);
    ASSERT_TRUE(std::holds_alternative<Refusal>(none));
    EXPECT_EQ(to_string(std::get<Refusal>(none).reason), "chat.toml: profile: there is no profile \"cpu\": one of none");
}

struct ProblemCase {
    std::string toml;
    std::optional<Device> detected;
    std::string problem;
};

TEST(Resolve, RefusesADeviceThatContradictsItsProfile) {
    const std::vector<ProblemCase> cases = {
        {"profile = \"cpu\"\ndevice = \"gpu-rocm\"", {}, "chat.toml:3:10: device: \"gpu-rocm\" contradicts the profile \"cpu\", which is for cpu"},
        {"profile = \"flm\"\ndevice = \"cpu\"", {}, "chat.toml:3:10: device: \"cpu\" contradicts the profile \"flm\", which is for npu"},
        {"profile = \"rocm\"\ndevice = \"gpu-vulkan\"", {}, "chat.toml:3:10: device: \"gpu-vulkan\" contradicts the profile \"rocm\", which is for gpu-rocm"},
        {"profile = \"vulkan\"\nbackend = \"rocm\"", {}, "chat.toml:3:11: backend: \"gpu-rocm\" contradicts the profile \"vulkan\", which is for gpu-vulkan"},
        {"profile = \"anygpu\"\ndevice = \"cpu\"", {}, "chat.toml:3:10: device: \"cpu\" contradicts the profile \"anygpu\", which is for gpu"},
        {"type = \"image\"\ndevice = \"cpu\"", {}, "chat.toml:3:10: device: \"cpu\" contradicts the profile \"comfyui\", which is for gpu"},
    };
    for (const auto& c : cases) EXPECT_EQ(problem_of(c.toml, c.detected), c.problem);
}

TEST(Resolve, RefusesArgumentsThatSetTheAddress) {
    const std::string why = " is not allowed here: the slot's port and the profile's network decide it";
    for (const std::string args : {"--host 0.0.0.0", "--host=0.0.0.0", "-v --host", "x --host y"})
        EXPECT_EQ(problem_of("[server]\nextra_args = \"" + args + "\""), "chat.toml:3:14: server.extra_args: --host" + why) << args;
    for (const std::string args : {"--port 1", "--port=1"})
        EXPECT_EQ(problem_of("[server]\nextra_args = \"" + args + "\""), "chat.toml:3:14: server.extra_args: --port" + why) << args;
    EXPECT_EQ(problem_of("type = \"image\"\n[server]\nextra_args = \"--listen\""), "chat.toml:4:14: server.extra_args: --listen" + why);
    const auto hosted = resolved("profile = \"hosted\"");
    ASSERT_TRUE(std::holds_alternative<Refusal>(hosted));
    const auto& problem = std::get<Refusal>(hosted).reason;
    EXPECT_EQ(problem.place.file, "profiles.toml");
    EXPECT_EQ(problem.place.line, 38U) << "where the flags stand, not the image";
    EXPECT_EQ(problem.key, "profile.hosted.flags");
    EXPECT_EQ(problem.message, "--host" + why);
}

TEST(Resolve, AllowsArgumentsThatOnlyLookLikeTheAddress) {
    for (const std::string args : {"--no-host", "--hostname x", "--port-range 1", "--x --y=--host", "host port"})
        EXPECT_EQ(problem_of("[server]\nextra_args = \"" + args + "\""), "no problem") << args;
    EXPECT_EQ(problem_of("type = \"tts\"\n[server]\nextra_args = \"--listen\""), "no problem") << "the other providers' flags are free";
}

Words command(const std::string& toml, std::optional<Device> detected = Device::cpu) {
    return words_of(server_command(good_slot(toml, detected), model_arguments_at_start()).kept);
}

TEST(ServerCommand, HasTheOrderOfTheContract) {
    EXPECT_EQ(command("profile = \"vulkan\"\n[model]\ncontext_size = 8192\nn_gpu_layers = 99\n[server]\nparallel = 2\nextra_args = \"--jinja --seed 1\""),
              (Words{"--host", "127.0.0.1", "--port", "9000", "$HAL0_MODEL_ARGS", "--ctx-size", "8192", "--metrics", "--flash-attn", "on", "--n-gpu-layers",
                     "99", "--parallel", "2", "--jinja", "--seed", "1"}));
}

TEST(ServerCommand, WithAKnownModelPutsItsLayerInPlace) {
    const Arguments model = {{"--model", {"/m/a.gguf"}, Source::model}, {"--alias", {"a"}, Source::model}, {"--ctx-size", {"4096"}, Source::model}};
    EXPECT_EQ(words_of(server_command(good_slot("", Device::cpu), model).kept),
              (Words{"--host", "127.0.0.1", "--port", "9000", "--model", "/m/a.gguf", "--alias", "a", "--ctx-size", "4096", "--metrics"}));
    const auto merged = server_command(good_slot("[model]\ncontext_size = 512", Device::cpu), model);
    EXPECT_EQ(words_of(merged.kept), (Words{"--host", "127.0.0.1", "--port", "9000", "--model", "/m/a.gguf", "--alias", "a", "--ctx-size", "512", "--metrics"}));
    EXPECT_EQ(merged.removed, (Arguments{{"--ctx-size", {"4096"}, Source::model}}));
}

TEST(ServerCommand, SaysWhatPutEachArgumentThere) {
    const auto kept = server_command(good_slot("profile = \"vulkan\"\n[model]\nrope_freq_base = 10000.5\n[server]\nparallel = 2\nextra_args = \"-v\""), model_arguments_at_start()).kept;
    const Arguments expected = {
        {"--host", {"127.0.0.1"}, Source::hal0},  {"--port", {"9000"}, Source::slot},      {"$HAL0_MODEL_ARGS", {}, Source::model, true},
        {"--metrics", {}, Source::hal0},          {"--flash-attn", {"on"}, Source::profile}, {"--rope-freq-base", {"10000.5"}, Source::slot},
        {"--parallel", {"2"}, Source::slot},      {"-v", {}, Source::extra_args},
    };
    EXPECT_EQ(kept, expected);
}

TEST(ServerCommand, TheSlotIsStrongerThanItsProfileAndExtraArgsThanAll) {
    EXPECT_EQ(command("profile = \"full\"\n[model]\ncontext_size = 2048\nn_gpu_layers = 0\nrope_freq_base = 7.0\n[server]\nparallel = 3"),
              (Words{"--host", "127.0.0.1", "--port", "9000", "$HAL0_MODEL_ARGS", "--metrics", "-m", "/x.gguf", "--alias", "y", "--no-mmproj", "--seed", "7",
                     "--ctx-size", "2048", "--n-gpu-layers", "0", "--rope-freq-base", "7", "--parallel", "3"}));
    EXPECT_EQ(command("[model]\ncontext_size = 2048\nn_gpu_layers = 0\n[server]\nextra_args = \"-c 1 --gpu_layers=2 --no-metrics\""),
              (Words{"--host", "127.0.0.1", "--port", "9000", "$HAL0_MODEL_ARGS", "-c", "1", "--gpu_layers", "2", "--no-metrics"}));
}

TEST(ServerCommand, ListsWhatIsDropped) {
    const auto removed = server_command(good_slot("profile = \"full\"\n[model]\nn_gpu_layers = 0\n[server]\nextra_args = \"--seed 9\""), model_arguments_at_start()).removed;
    EXPECT_EQ(removed, (Arguments{{"-ngl", {"10"}, Source::profile}, {"--seed", {"7"}, Source::profile}}));
}

TEST(ServerCommand, TheTypeAddsWhatTheServerNeeds) {
    EXPECT_EQ(command("type = \"embedding\""), (Words{"--host", "127.0.0.1", "--port", "9000", "$HAL0_MODEL_ARGS", "--metrics", "--embeddings"}));
    EXPECT_EQ(command("type = \"reranking\""), (Words{"--host", "127.0.0.1", "--port", "9000", "$HAL0_MODEL_ARGS", "--metrics", "--reranking"}));
    EXPECT_EQ(command("type = \"transcription\""), (Words{"--host", "127.0.0.1", "--port", "9000", "$HAL0_MODEL_ARGS", "--metrics"}));
    EXPECT_EQ(command("type = \"embedding\"\n[server]\nextra_args = \"--embedding\""),
              (Words{"--host", "127.0.0.1", "--port", "9000", "$HAL0_MODEL_ARGS", "--metrics", "--embedding"}));
}

TEST(ServerCommand, APrivateNetworkListensOnAllOfIts) {
    EXPECT_EQ(command("profile = \"private\""), (Words{"--host", "0.0.0.0", "--port", "9000", "$HAL0_MODEL_ARGS", "--metrics"}));
}

TEST(ServerCommand, OfTheOtherProviders) {
    EXPECT_EQ(command("device = \"npu\"\n[model]\ncontext_size = 512\nn_gpu_layers = 3\n[server]\nparallel = 2"),
              (Words{"serve", "$HAL0_MODEL_ARGS", "--host", "127.0.0.1", "--port", "9000", "--ctx-len", "512"}));
    EXPECT_EQ(command("type = \"tts\""),
              (Words{"uv", "run", "--no-sync", "python", "-m", "uvicorn", "api.src.main:app", "--host", "127.0.0.1", "--port", "9000", "$HAL0_MODEL_ARGS"}));
    EXPECT_EQ(command("type = \"image\""), (Words{"python", "main.py", "--listen", "127.0.0.1", "--port", "9000", "$HAL0_MODEL_ARGS"}));
    EXPECT_EQ(command("provider = \"moonshine\""), (Words{"--host", "127.0.0.1", "--port", "9000", "$HAL0_MODEL_ARGS"}));
}

TEST(ModelArgumentsAtStart, AreOneVariable) {
    EXPECT_EQ(model_arguments_at_start(), (Arguments{{"$HAL0_MODEL_ARGS", {}, Source::model, true}}));
}

TEST(FlagsSetOverModel, NameWhatSomethingStrongerSets) {
    EXPECT_EQ(flags_set_over_model(good_slot("")), Words{});
    EXPECT_EQ(flags_set_over_model(good_slot("[model]\ncontext_size = 512")), Words{"--ctx-size"});
    EXPECT_EQ(flags_set_over_model(good_slot("[model]\nn_gpu_layers = 1\nrope_freq_base = 2")), (Words{"--n-gpu-layers", "--rope-freq-base"}));
    EXPECT_EQ(flags_set_over_model(good_slot("profile = \"full\"")),
              (Words{"--model", "--alias", "--ctx-size", "--n-gpu-layers", "--rope-freq-base", "--mmproj"}));
    EXPECT_EQ(flags_set_over_model(good_slot("[server]\nextra_args = \"-c 1 -m x --seed 2\"")), (Words{"--model", "--ctx-size"}));
    EXPECT_EQ(flags_set_over_model(good_slot("device = \"npu\"\n[model]\ncontext_size = 512")), Words{"--ctx-len"});
    EXPECT_EQ(flags_set_over_model(good_slot("type = \"tts\"\n[model]\ncontext_size = 512")), Words{});
}

}  // namespace
}  // namespace hal0::slot
