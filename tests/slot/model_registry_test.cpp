#include "slot/model_registry.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Words = std::vector<std::string>;

struct ReadRegistry {
    Models models;
    Words messages;
};

ReadRegistry read_registry(const std::string& toml) {
    Diagnostics diagnostics;
    ReadRegistry result{parse_registry("registry.toml", toml, diagnostics), {}};
    for (const auto& d : diagnostics) result.messages.push_back((d.severity == Severity::warning ? "warning: " : "") + to_string(d));
    return result;
}

ModelId id(const std::string& text) { return *ModelId::parse(text); }

Words ids(const Models& models) {
    Words all;
    for (const auto& [key, model] : models) all.push_back(key.str());
    return all;
}

const std::string every_key = R"(name = "Qwen 2.5"
path = "qwen/q4.gguf"
mmproj = "qwen/mm.gguf"
size_bytes = 9223372036854775807
license = "apache"
hf_repo = "Qwen/Qwen2.5"
hf_filename = "q4.gguf"
type = "llm"
capabilities = ["chat", "vision"]
tags = ["a"]
backends = ["vulkan", "cpu"]
)";

TEST(Registry, ReadsEveryKeyInBothShapes) {
    for (const std::string& toml : {"[models.\"qwen:2.5\"]\n" + every_key + "[models.\"qwen:2.5\".defaults]\ncontext_size = 8192\nn_gpu_layers = -1\nrope_freq_base = 10000\n",
                                    "[[models]]\nid = \"qwen:2.5\"\n" + every_key + "[models.defaults]\nctx_size = 8192\nn_gpu_layers = -1\nrope_freq_base = 1e4\n"}) {
        SCOPED_TRACE(toml);
        const auto [models, messages] = read_registry(toml);
        EXPECT_EQ(messages, Words{});
        ASSERT_EQ(ids(models), Words{"qwen:2.5"});
        const auto& model = models.at(id("qwen:2.5"));
        EXPECT_EQ(model.id, id("qwen:2.5"));
        EXPECT_EQ(model.name, "Qwen 2.5");
        EXPECT_EQ(model.path, "qwen/q4.gguf");
        EXPECT_EQ(model.mmproj, "qwen/mm.gguf");
        EXPECT_EQ(model.size_bytes, 9'223'372'036'854'775'807U);
        EXPECT_EQ(model.license, "apache");
        EXPECT_EQ(model.hf_repo, "Qwen/Qwen2.5");
        EXPECT_EQ(model.hf_filename, "q4.gguf");
        EXPECT_EQ(model.type, "llm");
        EXPECT_EQ(model.capabilities, (Words{"chat", "vision"}));
        EXPECT_EQ(model.tags, Words{"a"});
        EXPECT_EQ(model.backends, (Words{"vulkan", "cpu"}));
        EXPECT_EQ(model.context_size, 8192U);
        EXPECT_EQ(model.n_gpu_layers, -1);
        EXPECT_EQ(model.rope_freq_base, 10000.0);
        EXPECT_EQ(model.place.file, "registry.toml");
        EXPECT_GT(model.place.line, 1U);
    }
}

TEST(Registry, OnlyThePathIsNeeded) {
    const auto [models, messages] = read_registry("[models.a]\npath = \"a b.gguf\"\nmmproj = \"\"\nother_tools_key = 1\n");
    EXPECT_EQ(messages, Words{}) << "unknown keys belong to other tools";
    ASSERT_EQ(ids(models), Words{"a"});
    const auto& model = models.at(id("a"));
    EXPECT_EQ(model.name, "a");
    EXPECT_EQ(model.path, "a b.gguf");
    EXPECT_EQ(model.mmproj, "");
    EXPECT_EQ(model.size_bytes, std::nullopt);
    EXPECT_EQ(model.context_size, std::nullopt);
    EXPECT_EQ(model.n_gpu_layers, std::nullopt);
    EXPECT_EQ(model.rope_freq_base, std::nullopt);
    EXPECT_EQ(model.tags, Words{});
}

TEST(Registry, IsEmptyWithoutModels) {
    for (const std::string toml : {"", "other = 1\n", "[models]\n", "models = []\n"}) {
        const auto [models, messages] = read_registry(toml);
        EXPECT_EQ(ids(models), Words{}) << toml;
        EXPECT_EQ(messages, Words{}) << toml;
    }
}

struct WrongRow {
    std::string toml, message;  // toml stands below the path of [models.bad]
};

TEST(Registry, ARowWithAnErrorIsReportedOnceAndLeftOutTheOthersStay) {
    const std::vector<WrongRow> cases = {
        {"name = 3", "registry.toml:3:8: models.bad.name: 3 is not allowed: a string in quotes"},
        {"mmproj = 3", "registry.toml:3:10: models.bad.mmproj: 3 is not allowed: a string in quotes"},
        {"mmproj = \"a\\nb\"", "registry.toml:3:10: models.bad.mmproj: \"a\\x0ab\" is not allowed: a path without control characters"},
        {"size_bytes = -1", "registry.toml:3:14: models.bad.size_bytes: -1 is not allowed: a whole number from 0 to 9223372036854775807"},
        {"tags = \"a\"", "registry.toml:3:8: models.bad.tags: \"a\" is not allowed: a list of strings"},
        {"capabilities = [1]",
         "registry.toml:3:16: models.bad.capabilities: 1 is not allowed: a list of at most 256 strings, without NUL and code points that are no characters"},
        {"defaults = 3", "registry.toml:3:12: models.bad.defaults: 3 is not allowed: a table, [models.bad.defaults]"},
        {"defaults.context_size = 127", "registry.toml:3:25: models.bad.defaults.context_size: 127 is not allowed: a whole number from 128 to 16777216"},
        {"defaults.ctx_size = 127", "registry.toml:3:21: models.bad.defaults.ctx_size: 127 is not allowed: a whole number from 128 to 16777216"},
        {"defaults.n_gpu_layers = -2", "registry.toml:3:25: models.bad.defaults.n_gpu_layers: -2 is not allowed: a whole number from -1 to 9999"},
        {"defaults.rope_freq_base = \"x\"", "registry.toml:3:27: models.bad.defaults.rope_freq_base: \"x\" is not allowed: a number"},
        {"defaults.rope_freq_base = -1.5", "registry.toml:3:27: models.bad.defaults.rope_freq_base: -1.5 is not allowed: a number greater than 0"},
    };
    for (const auto& c : cases) {
        const auto [models, messages] = read_registry("[models.bad]\npath = \"p\"\n" + c.toml + "\n[models.a]\npath = \"a\"\n[models.z]\npath = \"z\"\n");
        EXPECT_EQ(ids(models), (Words{"a", "z"})) << c.toml;
        EXPECT_EQ(messages, Words{c.message});
    }
}

TEST(Registry, NeedsAPathWithoutControlCharacters) {
    EXPECT_EQ(read_registry("[models.a]\nname = \"x\"\n").messages, Words{"registry.toml: models.a.path: is missing: the model's file"});
    EXPECT_EQ(read_registry("[models.a]\npath = \"\"\n").messages, Words{"registry.toml:2:8: models.a.path: \"\" is not allowed: a path without control characters"});
    EXPECT_EQ(read_registry("[models.a]\npath = \"a\\u001bb\"\n").messages,
              Words{"registry.toml:2:8: models.a.path: \"a\\x1bb\" is not allowed: a path without control characters"});
    EXPECT_EQ(read_registry("[models.a]\npath = \"" + std::string(4096, 'a') + "\"\n").messages, Words{});
    EXPECT_EQ(read_registry("[models.a]\npath = \"" + std::string(4097, 'a') + "\"\n").messages.size(), 1U);
}

TEST(Registry, NeedsAnId) {
    const std::string rule = " is not a model id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit";
    const auto [models, messages] = read_registry("[[models]]\npath = \"p\"\n[[models]]\nid = 3\npath = \"p\"\n[[models]]\nid = \"--x\"\npath = \"p\"\n[[models]]\nid = \"ok\"\npath = \"p\"\n");
    EXPECT_EQ(ids(models), Words{"ok"});
    EXPECT_EQ(messages, (Words{"registry.toml:1:1: models[0]: \"\"" + rule, "registry.toml:3:1: models[1]: \"\"" + rule, "registry.toml:6:1: models[2]: \"--x\"" + rule}));
    EXPECT_EQ(read_registry("[models.\"a b\\u001b\"]\npath = \"p\"\n").messages, Words{"registry.toml:1:1: models.\"a b\\x1b\": \"a b\\x1b\"" + rule});
}

TEST(Registry, RowsAreTables) {
    const auto [models, messages] = read_registry("[models]\nbad = 3\nok = { path = \"p\" }\n");
    EXPECT_EQ(ids(models), Words{"ok"});
    EXPECT_EQ(messages, Words{"registry.toml:2:7: models.bad: a model is a table, [models.<id>]"});
    EXPECT_EQ(read_registry("models = [3]\n").messages, Words{"registry.toml:1:11: models[0]: a model is a table, [models.<id>]"});
}

TEST(Registry, ModelsAreTables) {
    EXPECT_EQ(read_registry("models = 3\n").messages, Words{"registry.toml:1: models: must be tables, [models.<id>]"});
}

TEST(Registry, OfTwoRowsWithOneIdTheFirstIsUsed) {
    const auto [models, messages] = read_registry("[[models]]\nid = \"a\"\npath = \"first\"\n[[models]]\nid = \"a\"\npath = \"second\"\n");
    ASSERT_EQ(ids(models), Words{"a"});
    EXPECT_EQ(models.at(id("a")).path, "first");
    EXPECT_EQ(messages, Words{"registry.toml:5:6: models[1].id: \"a\" is in the registry twice; the first one is used"});
}

TEST(Registry, AFileThatIsNoTomlIsReported) {
    const auto [models, messages] = read_registry("[models.a\n");
    EXPECT_EQ(ids(models), Words{});
    EXPECT_EQ(messages.size(), 1U);
}

}  // namespace
}  // namespace hal0::slot
