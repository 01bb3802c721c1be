#include "slot/config.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Messages = std::vector<std::string>;

SlotFile read_slot(const std::string& toml) { return parse_slot(*SlotName::parse("chat"), "chat.toml", toml); }

Messages messages_of(const SlotFile& file) {
    Messages messages;
    for (const auto& d : file.diagnostics) messages.push_back((d.severity == Severity::warning ? "warning: " : "") + to_string(d));
    return messages;
}

/// The configuration of a text that must have nothing wrong.
SlotConfig good_config(const std::string& toml) {
    const auto file = read_slot(toml);
    EXPECT_EQ(messages_of(file), Messages{}) << toml;
    return file.config ? *file.config : SlotConfig{*SlotName::parse("broken")};
}

void expect_refused(const std::string& toml, const Messages& messages) {
    const auto file = read_slot(toml);
    EXPECT_FALSE(file.config) << toml;
    EXPECT_EQ(messages_of(file), messages) << toml;
}

TEST(Config, DefaultsOfTheSmallestFile) {
    const auto config = good_config("port = 8081\n");
    EXPECT_EQ(config.name.str(), "chat");
    EXPECT_EQ(config.file, "chat.toml");
    EXPECT_EQ(config.type, Type::llm);
    EXPECT_EQ(config.device, std::nullopt);
    EXPECT_EQ(config.provider, std::nullopt);
    EXPECT_EQ(config.profile, std::nullopt);
    EXPECT_EQ(config.port, 8081);
    EXPECT_TRUE(config.enabled);
    EXPECT_EQ(config.exclusive_group, std::nullopt);
    EXPECT_EQ(config.idle_timeout_s, std::nullopt);
    EXPECT_EQ(config.model, std::nullopt);
    EXPECT_EQ(config.context_size, std::nullopt);
    EXPECT_EQ(config.n_gpu_layers, std::nullopt);
    EXPECT_EQ(config.rope_freq_base, std::nullopt);
    EXPECT_TRUE(config.labels.empty());
    EXPECT_TRUE(config.extra_args.empty());
    EXPECT_EQ(config.parallel, std::nullopt);
    EXPECT_EQ(config.limits, Limits{});
    EXPECT_EQ(config.start_timeout_s, 180U);
    EXPECT_EQ(config.stop_timeout_s, 20U);
    EXPECT_EQ(default_context_size, 4096U);
}

const std::string every_key_flat = R"(name = "chat"
type = "embedding"
device = "gpu-rocm"
provider = "llama-server"
profile = "my.rocm-7"
port = 9000
enabled = false
exclusive_group = "big"
idle_timeout_s = 900
[model]
default = "Qwen/Qwen2.5:Q4"
context_size = 8192
n_gpu_layers = -1
rope_freq_base = 10000.5
labels = ["a", "b c"]
[server]
extra_args = "--jinja --seed 'a b'"
parallel = 4
[limits]
memory_max = "50%"
memory_high = "8G"
cpu_weight = 10000
allowed_cpus = "0-3,8"
[timeouts]
start_s = 600
stop_s = 5
)";

const std::string every_key_nested = R"([slot]
name = "chat"
type = "embedding"
device = "gpu-rocm"
provider = "llama-server"
profile = "my.rocm-7"
port = 9000
enabled = false
exclusive_group = "big"
idle_timeout_s = 900
[slot.model]
default = "Qwen/Qwen2.5:Q4"
context_size = 8192
n_gpu_layers = -1
rope_freq_base = 10000.5
labels = ["a", "b c"]
[slot.server]
extra_args = "--jinja --seed 'a b'"
parallel = 4
[slot.limits]
memory_max = "50%"
memory_high = "8G"
cpu_weight = 10000
allowed_cpus = "0-3,8"
[slot.timeouts]
start_s = 600
stop_s = 5
)";

TEST(Config, ReadsEveryKeyFlatAndNested) {
    for (const auto& toml : {every_key_flat, every_key_nested}) {
        SCOPED_TRACE(toml);
        const auto config = good_config(toml);
        EXPECT_EQ(config.type, Type::embedding);
        EXPECT_EQ(config.device, Device::gpu_rocm);
        EXPECT_EQ(config.provider, ProviderId::llama_server);
        EXPECT_EQ(config.profile, "my.rocm-7");
        EXPECT_EQ(config.port, 9000);
        EXPECT_FALSE(config.enabled);
        EXPECT_EQ(config.exclusive_group, "big");
        EXPECT_EQ(config.idle_timeout_s, 900U);
        ASSERT_TRUE(config.model);
        EXPECT_EQ(config.model->str(), "Qwen/Qwen2.5:Q4");
        EXPECT_EQ(config.context_size, 8192U);
        EXPECT_EQ(config.n_gpu_layers, -1);
        EXPECT_EQ(config.rope_freq_base, 10000.5);
        EXPECT_EQ(config.labels, (std::vector<std::string>{"a", "b c"}));
        EXPECT_EQ(config.extra_args, (std::vector<std::string>{"--jinja", "--seed", "a b"}));
        EXPECT_EQ(config.parallel, 4U);
        EXPECT_EQ(config.limits, (Limits{"50%", "8G", 10000, "0-3,8"}));
        EXPECT_EQ(config.start_timeout_s, 600U);
        EXPECT_EQ(config.stop_timeout_s, 5U);
    }
}

TEST(Config, FlatAndNestedMayBeMixed) {
    const auto config = good_config("[slot]\nport = 9000\n[slot.model]\ndefault = \"m\"\n[model]\ncontext_size = 512\n[server]\nparallel = 2\n");
    EXPECT_EQ(config.port, 9000);
    ASSERT_TRUE(config.model);
    EXPECT_EQ(config.model->str(), "m");
    EXPECT_EQ(config.context_size, 512U);
    EXPECT_EQ(config.parallel, 2U);
}

TEST(Config, RemembersWhereKeysStand) {
    const auto config = good_config("port = 9000\n  device = \"cpu\"\n[server]\nextra_args = \"-v\"\n");
    EXPECT_EQ(config.place_of("port"), (Place{"chat.toml", 1, 8}));
    EXPECT_EQ(config.place_of("device"), (Place{"chat.toml", 2, 12}));
    EXPECT_EQ(config.place_of("server.extra_args"), (Place{"chat.toml", 4, 14}));
    EXPECT_EQ(config.place_of("profile"), (Place{"chat.toml", 0, 0}));
}

TEST(Config, ReadsEveryWord) {
    EXPECT_EQ(good_config("port=9000\ntype=\"llm\"").type, Type::llm);
    EXPECT_EQ(good_config("port=9000\ntype=\"reranking\"").type, Type::reranking);
    EXPECT_EQ(good_config("port=9000\ntype=\"transcription\"").type, Type::transcription);
    EXPECT_EQ(good_config("port=9000\ntype=\"tts\"").type, Type::tts);
    EXPECT_EQ(good_config("port=9000\ntype=\"image\"").type, Type::image);
    EXPECT_EQ(good_config("port=9000\ndevice=\"gpu-vulkan\"").device, Device::gpu_vulkan);
    EXPECT_EQ(good_config("port=9000\ndevice=\"cpu\"").device, Device::cpu);
    EXPECT_EQ(good_config("port=9000\ndevice=\"npu\"").device, Device::npu);
    EXPECT_EQ(good_config("port=9000\nprovider=\"flm\"").provider, ProviderId::flm);
    EXPECT_EQ(good_config("port=9000\nprovider=\"kokoro\"").provider, ProviderId::kokoro);
    EXPECT_EQ(good_config("port=9000\nprovider=\"moonshine\"").provider, ProviderId::moonshine);
    EXPECT_EQ(good_config("port=9000\nprovider=\"comfyui\"").provider, ProviderId::comfyui);
}

TEST(Config, TheLegacyBackendStandsForADevice) {
    EXPECT_EQ(good_config("port=9000\nbackend=\"vulkan\"").device, Device::gpu_vulkan);
    EXPECT_EQ(good_config("port=9000\nbackend=\"rocm\"").device, Device::gpu_rocm);
    EXPECT_EQ(good_config("port=9000\nbackend=\"cpu\"").device, Device::cpu);
    EXPECT_EQ(good_config("port=9000\nbackend=\"flm\"").device, Device::npu);
    EXPECT_EQ(good_config("port=9000\nbackend=\"rocm\"\ndevice=\"gpu-rocm\"").device, Device::gpu_rocm);
    expect_refused("port=9000\ndevice=\"cpu\"\nbackend=\"rocm\"", {"chat.toml:3:9: backend: \"rocm\" contradicts device = \"cpu\""});
}

TEST(Config, CtxSizeIsAnAlias) {
    EXPECT_EQ(good_config("port=9000\n[model]\nctx_size = 2048").context_size, 2048U);
    expect_refused("port=9000\n[model]\nctx_size = 2048\ncontext_size = 4096",
                   {"chat.toml:3:12: model.ctx_size: given twice: it is the same as context_size"});
    expect_refused("port=9000\n[model]\nctx_size = 1", {"chat.toml:3:12: model.ctx_size: 1 is not allowed: a whole number from 128 to 16777216"});
}

TEST(Config, RopeFreqBaseMayBeWhole) { EXPECT_EQ(good_config("port=9000\n[model]\nrope_freq_base = 1000000").rope_freq_base, 1e6); }

struct BoundsCase {
    std::string before, key;
    std::int64_t least, most;
};

TEST(Config, NumbersHaveBounds) {
    const std::vector<BoundsCase> cases = {
        {"", "port", 1024, 65535},
        {"port=9000\n", "idle_timeout_s", 0, 31'536'000},
        {"port=9000\nmodel.", "context_size", 128, 16'777'216},
        {"port=9000\nmodel.", "n_gpu_layers", -1, 9999},
        {"port=9000\nserver.", "parallel", 1, 256},
        {"port=9000\nlimits.", "cpu_weight", 1, 10000},
        {"port=9000\ntimeouts.", "start_s", 1, 86400},
        {"port=9000\ntimeouts.", "stop_s", 1, 3600},
    };
    for (const auto& c : cases) {
        const auto with = [&](const std::string& value) { return read_slot(c.before + c.key + " = " + value + "\n"); };
        EXPECT_TRUE(with(std::to_string(c.least)).config) << c.key << " = " << c.least;
        EXPECT_TRUE(with(std::to_string(c.most)).config) << c.key << " = " << c.most;
        const std::string allowed = " is not allowed: a whole number from " + std::to_string(c.least) + " to " + std::to_string(c.most);
        for (const std::string& wrong : {std::to_string(c.least - 1), std::to_string(c.most + 1), std::string{"9223372036854775807"},
                                         std::string{"1.5"}, std::string{"\"9000\""}, std::string{"true"}}) {
            const auto file = with(wrong);
            EXPECT_FALSE(file.config) << c.key << " = " << wrong;
            ASSERT_EQ(file.diagnostics.size(), 1U) << c.key << " = " << wrong;
            EXPECT_EQ(file.diagnostics[0].message, wrong + allowed) << c.key;
        }
    }
}

struct WrongSlotKey {
    std::string toml, message;  // toml stands behind a line with the port
};

TEST(Config, AWrongValueIsNamedInFull) {
    const std::vector<WrongSlotKey> cases = {
        {R"(name = "other")", R"(chat.toml:2:8: name: "other" is not allowed: it must be "chat", the file's name)"},
        {R"(name = 3)", R"(chat.toml:2:8: name: 3 is not allowed: a string in quotes)"},
        {R"(type = "chat")", R"(chat.toml:2:8: type: "chat" is not known: one of llm, embedding, reranking, transcription, tts, image)"},
        {R"(type = ["llm"])", R"(chat.toml:2:8: type: a list is not allowed: a string in quotes)"},
        {R"(device = "gpu")", R"(chat.toml:2:10: device: "gpu" is not known: one of gpu-vulkan, gpu-rocm, cpu, npu)"},
        {R"(device = "GPU-ROCM\n")", R"(chat.toml:2:10: device: "GPU-ROCM\x0a" is not known: one of gpu-vulkan, gpu-rocm, cpu, npu)"},
        {R"(backend = "cuda")", R"(chat.toml:2:11: backend: "cuda" is not known: one of vulkan, rocm, cpu, flm)"},
        {R"(provider = "vllm")", R"(chat.toml:2:12: provider: "vllm" is not known: one of llama-server, flm, kokoro, moonshine, comfyui)"},
        {R"(profile = "a b")", R"(chat.toml:2:11: profile: "a b" is not a name: 1 to 64 letters, digits and . _ -, starting with a letter or digit)"},
        {R"(profile = "")", R"(chat.toml:2:11: profile: "" is not a name: 1 to 64 letters, digits and . _ -, starting with a letter or digit)"},
        {R"(enabled = "yes")", R"(chat.toml:2:11: enabled: "yes" is not allowed: true or false)"},
        {R"(enabled = 1)", R"(chat.toml:2:11: enabled: 1 is not allowed: true or false)"},
        {R"(exclusive_group = "-x")", R"(chat.toml:2:19: exclusive_group: "-x" is not a name: 1 to 64 letters, digits and . _ -, starting with a letter or digit)"},
        {R"(idle_timeout_s = 1979-05-27)", R"(chat.toml:2:18: idle_timeout_s: a date is not allowed: a whole number from 0 to 31536000)"},
        {R"(idle_timeout_s = 300.0)", R"(chat.toml:2:18: idle_timeout_s: 300.0 is not allowed: a whole number from 0 to 31536000)"},
        {R"(idle_timeout_s = 0.5)", R"(chat.toml:2:18: idle_timeout_s: 0.5 is not allowed: a whole number from 0 to 31536000)"},
        {R"(idle_timeout_s = -0.0)", R"(chat.toml:2:18: idle_timeout_s: -0.0 is not allowed: a whole number from 0 to 31536000)"},
        {R"(idle_timeout_s = 1e30)", R"(chat.toml:2:18: idle_timeout_s: 1e+30 is not allowed: a whole number from 0 to 31536000)"},
        {R"(idle_timeout_s = -inf)", R"(chat.toml:2:18: idle_timeout_s: -inf is not allowed: a whole number from 0 to 31536000)"},
        {R"(model = "qwen")", R"(chat.toml:2:9: model: "qwen" is not allowed: a table, [model])"},
        {R"(model.default = "--model")",
         R"(chat.toml:2:17: model.default: "--model" is not a model id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit)"},
        {R"(model.default = {})", R"(chat.toml:2:17: model.default: a table is not allowed: a string in quotes)"},
        {R"(model.rope_freq_base = 0)", R"(chat.toml:2:24: model.rope_freq_base: 0 is not allowed: a number greater than 0)"},
        {R"(model.rope_freq_base = -1.5)", R"(chat.toml:2:24: model.rope_freq_base: -1.5 is not allowed: a number greater than 0)"},
        {R"(model.rope_freq_base = nan)", R"(chat.toml:2:24: model.rope_freq_base: nan is not allowed: a finite number)"},
        {R"(model.rope_freq_base = inf)", R"(chat.toml:2:24: model.rope_freq_base: inf is not allowed: a finite number)"},
        {R"(model.rope_freq_base = "1e6")", R"(chat.toml:2:24: model.rope_freq_base: "1e6" is not allowed: a number)"},
        {R"(model.labels = "a")", R"(chat.toml:2:16: model.labels: "a" is not allowed: a list of strings)"},
        {R"(model.labels = ["a", 3])",
         R"(chat.toml:2:16: model.labels: 3 is not allowed: a list of at most 256 strings, without NUL and code points that are no characters)"},
        {R"(model.labels = ["\u0000"])",
         R"(chat.toml:2:16: model.labels: "\x00" is not allowed: a list of at most 256 strings, without NUL and code points that are no characters)"},
        {R"(server = [])", R"(chat.toml:2:10: server: a list is not allowed: a table, [server])"},
        {R"(server.extra_args = "--a 'b")", R"(chat.toml:2:21: server.extra_args: a single quote is not closed)"},
        {R"(server.extra_args = "a\u0007")", R"(chat.toml:2:21: server.extra_args: a control character is not allowed in an argument)"},
        {R"(server.extra_args = "a\uFFFF")",
         R"(chat.toml:2:21: server.extra_args: "a\xef\xbf\xbf" is not allowed: a string without NUL and code points that are no characters)"},
        {R"(server.extra_args = ["--a"])", R"(chat.toml:2:21: server.extra_args: a list is not allowed: a string in quotes)"},
        {R"(limits = 1)", R"(chat.toml:2:10: limits: 1 is not allowed: a table, [limits])"},
        {R"(limits.memory_max = "8 GB")",
         R"(chat.toml:2:21: limits.memory_max: "8 GB" is not allowed: a size such as "8G" or "512M", a percentage such as "50%", or "infinity")"},
        {R"(limits.memory_max = 8)", R"(chat.toml:2:21: limits.memory_max: 8 is not allowed: a string in quotes)"},
        {R"(limits.memory_high = "")",
         R"(chat.toml:2:22: limits.memory_high: "" is not allowed: a size such as "8G" or "512M", a percentage such as "50%", or "infinity")"},
        {R"(limits.allowed_cpus = "0-")", R"(chat.toml:2:23: limits.allowed_cpus: "0-" is not allowed: CPU numbers and ranges such as "0-3,8")"},
        {R"(timeouts = false)", R"(chat.toml:2:12: timeouts: false is not allowed: a table, [timeouts])"},
        {R"(slot = 3)", R"(chat.toml:2:8: slot: 3 is not allowed: a table, [slot])"},
        {R"(slot = [])", R"(chat.toml:2:8: slot: a list is not allowed: a table, [slot])"},
    };
    for (const auto& c : cases) expect_refused("port = 9000\n" + c.toml + "\n", {c.message});
}

TEST(Config, ThePortIsRequiredAndNotTheBridges) {
    expect_refused("", {"chat.toml: port: is missing: a number from 1024 to 65535, except 8080"});
    expect_refused("port = 8080\n", {"chat.toml:1:8: port: 8080 is not allowed: it is hal0's own HTTP port; a number from 1024 to 65535, except 8080"});
}

TEST(Config, EveryErrorIsReported) {
    expect_refused("type = 1\nport = 80\nenabled = 3\n[model]\ncontext_size = 1\n[timeouts]\nstop_s = 0\n",
                   {"chat.toml:1:8: type: 1 is not allowed: a string in quotes",
                    "chat.toml:2:8: port: 80 is not allowed: a whole number from 1024 to 65535",
                    "chat.toml:3:11: enabled: 3 is not allowed: true or false",
                    "chat.toml:5:16: model.context_size: 1 is not allowed: a whole number from 128 to 16777216",
                    "chat.toml:7:10: timeouts.stop_s: 0 is not allowed: a whole number from 1 to 3600"});
}

TEST(Config, UnknownKeysAreWarningsWithTheirPlace) {
    const auto file = read_slot("port = 9000\nworkers = 2\n[model]\nfoo = 1\n[server]\nbar = 1\n[limits]\nx = 1\n[timeouts]\ny = 1\n[other]\nz = 1\n");
    EXPECT_TRUE(file.config);
    EXPECT_EQ(messages_of(file), (Messages{"warning: chat.toml:4:1: model.foo: unknown key, ignored", "warning: chat.toml:6:1: server.bar: unknown key, ignored",
                                           "warning: chat.toml:8:1: limits.x: unknown key, ignored", "warning: chat.toml:10:1: timeouts.y: unknown key, ignored",
                                           "warning: chat.toml:11:2: other: unknown key, ignored", "warning: chat.toml:2:1: workers: unknown key, ignored"}));
}

TEST(Config, UnknownKeysUnderSlotAreWarningsToo) {
    const auto file = read_slot("[slot]\nport = 9000\nworkers = 2\n");
    EXPECT_TRUE(file.config);
    EXPECT_EQ(messages_of(file), Messages{"warning: chat.toml:3:1: workers: unknown key, ignored"});
    EXPECT_EQ(messages_of(read_slot("[slot]\nport = 9000\n[slot.slot]\nport = 1\n")), Messages{"warning: chat.toml:3:1: slot.slot: unknown key, ignored"});
}

TEST(Config, AKeyNeverReachesAMessageRaw) {
    const auto file = read_slot("port = 9000\n\"a\\u001b[31m\\n\\\"b\" = 1\n\"\" = 2\n\"a b\" = 3\n[model]\n\"\\u0000\" = 4\n");
    EXPECT_TRUE(file.config);
    EXPECT_EQ(messages_of(file),
              (Messages{R"(warning: chat.toml:6:1: model."\x00": unknown key, ignored)", R"(warning: chat.toml:3:1: "": unknown key, ignored)",
                        R"(warning: chat.toml:2:1: "a\x1b[31m\x0a\"b": unknown key, ignored)", R"(warning: chat.toml:4:1: "a b": unknown key, ignored)"}));
}

TEST(Config, AKeyUnderSlotAndAtTheTopIsGivenTwice) {
    expect_refused("port = 9000\n[slot]\nport = 9001\n", {"chat.toml:1:8: port: given twice: also in line 3"});
    expect_refused("port = 9000\ntype = \"llm\"\n[slot]\ntype = \"llm\"\n", {"chat.toml:2:8: type: given twice: also in line 4"});
    expect_refused("port = 9000\n[model]\ndefault = \"a\"\n[slot.model]\ndefault = \"a\"\n", {"chat.toml:3:11: model.default: given twice: also in line 5"});
}

TEST(Config, ATableInsideAnotherIsNotLostWhenOneIsNoTable) {
    expect_refused("port = 9000\nmodel = 3\n[slot.model]\ndefault = \"a\"\n", {"chat.toml:2:9: model: 3 is not allowed: a table, [model]"});
}

TEST(Config, AFileThatIsNoTomlNamesThePlace) {
    for (const std::string toml : {"port = \n", "port = 9000\nport = 9001\n", "[slot\n", "a = \"b\n", "\xff", "port = 9000 # \x01\n", "a = 99999999999999999999\n"}) {
        const auto file = read_slot(toml);
        EXPECT_FALSE(file.config) << toml;
        ASSERT_EQ(file.diagnostics.size(), 1U) << toml;
        EXPECT_EQ(file.diagnostics[0].severity, Severity::error);
        EXPECT_EQ(file.diagnostics[0].place.file, "chat.toml");
        EXPECT_GT(file.diagnostics[0].place.line, 0U) << toml;
        EXPECT_FALSE(file.diagnostics[0].message.empty()) << toml;
        EXPECT_EQ(file.diagnostics[0].message.find_first_of("\n\r\x01\xff"), std::string::npos) << file.diagnostics[0].message;
    }
}

TEST(Config, ASyntaxErrorHasLineAndColumn) {
    const auto file = read_slot("port = 9000\nenabled = maybe\n");
    ASSERT_EQ(file.diagnostics.size(), 1U);
    EXPECT_EQ(file.diagnostics[0].place, (Place{"chat.toml", 2, 11}));
}

TEST(Config, ASyntaxErrorNeverShowsACharacterRaw) {
    const auto message = [](const std::string& toml) { return read_slot(toml).diagnostics.at(0).message; };
    EXPECT_NE(message("port \xef\xbf\xbe\n").find(R"('\xef\xbf\xbe')"), std::string::npos) << message("port \xef\xbf\xbe\n");
    EXPECT_NE(message("port \xc2\x9b\n").find(R"('\xc2\x9b')"), std::string::npos) << message("port \xc2\x9b\n");
    EXPECT_NE(message("port ä\n").find("'ä'"), std::string::npos) << message("port ä\n");
}

TEST(Config, ReadsWindowsLineEndsAndAByteOrderMark) {
    EXPECT_EQ(good_config("\xef\xbb\xbfport = 9000\r\n[server]\r\nextra_args = '''--a \\\r\n  --b'''\r\n").extra_args, (std::vector<std::string>{"--a", "--b"}));
}

TEST(Config, AHugeFileIsRefused) {
    expect_refused("port = 9000\n#" + std::string(1024 * 1024, 'x'), {"chat.toml: the file is larger than 1 MiB"});
    EXPECT_TRUE(read_slot("port = 9000\n#" + std::string(1024 * 1024 - 13, 'x')).config);
}

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST(Config, DeepNestingIsRefusedNotACrash) {
    expect_refused("port = 9000\n\na" + repeated(".a", 200'000) + " = 1\n", {"chat.toml:3: a key has more than 64 dots"});
    expect_refused("[a" + repeated(".a", 200'000) + "]\n", {"chat.toml:1: a key has more than 64 dots"});
    expect_refused("x = {'a'" + repeated(" . 'a'", 65) + " = 1}\n", {"chat.toml:1: a key has more than 64 dots"});
    EXPECT_FALSE(read_slot("a = " + repeated("[", 100'000)).config);
    EXPECT_FALSE(read_slot("a = " + repeated("{a=", 100'000)).config);
}

TEST(Config, DotsThatAreNoKeyAreNoProblem) {
    const std::string dots = repeated(".a", 200);
    for (const std::string& toml : {"a" + repeated(".a", 64) + " = 1\n", "# " + dots + "\n", "a = \"" + dots + "\\\"" + dots + "\"\n", "a = '" + dots + "'\n",
                                    "a = \"\"\"\n" + dots + "\"" + dots + "\n\"\"\"\n", "a = '''" + dots + "'" + dots + "'''\n",
                                    "a = [" + repeated("1.5, ", 200) + "]\n", repeated("a.b", 1) + " = 1.5\n" + repeated("# .\n", 100)}) {
        const auto file = read_slot("port = 9000\n" + toml);
        EXPECT_TRUE(file.config) << toml;
    }
}

TEST(Config, LongListsAreRefused) {
    EXPECT_EQ(good_config("port=9000\nmodel.labels = [" + repeated("'x',", 256) + "]").labels.size(), 256U);
    expect_refused("port=9000\nmodel.labels = [" + repeated("'x',", 257) + "]",
                   {"chat.toml:2:16: model.labels: \"x\" is not allowed: a list of at most 256 strings, without NUL and code points that are no characters"});
}

}  // namespace
}  // namespace hal0::slot
