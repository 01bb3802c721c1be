#include "slot/registry_edit.hpp"

#include "slot/model_registry.hpp"
#include "tests/slot/sample_plan.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

const std::string path_only = R"({"path":"p.gguf"})";
const std::string registry_toml = "/var/lib/hal0/registry/registry.toml";

struct AddCase {
    std::string rule, before, id, properties, after;
};

TEST(AddModel, KeepsTheShapeAndEveryLine) {
    const std::vector<AddCase> cases = {
        {"the first one", "", "qwen", path_only, "[models.qwen]\npath = \"p.gguf\"\n"},
        {"behind a comment", "# mine\n", "qwen", path_only, "# mine\n\n[models.qwen]\npath = \"p.gguf\"\n"},
        {"behind a blank line", "# mine\n\n", "qwen", path_only, "# mine\n\n[models.qwen]\npath = \"p.gguf\"\n"},
        {"without a final newline", "[models.a]\npath = \"a\" # c", "qwen", path_only, "[models.a]\npath = \"a\" # c\n\n[models.qwen]\npath = \"p.gguf\"\n"},
        {"CRLF", "[models.a]\r\npath = \"a\"\r\n\r\n", "qwen", path_only, "[models.a]\r\npath = \"a\"\r\n\r\n[models.qwen]\r\npath = \"p.gguf\"\r\n"},
        {"an id with dots and slashes", "", "org/qwen-2.5:7b", path_only, "[models.\"org/qwen-2.5:7b\"]\npath = \"p.gguf\"\n"},
        {"everything", "", "m", R"({"zz":{"a":1},"defaults":{"context_size":8192},"tags":["a"],"size_bytes":5,"path":"/p","id":"m","name":null,"mmproj":""})",
         "[models.m]\nmmproj = \"\"\npath = \"/p\"\nsize_bytes = 5\ntags = [\"a\"]\n\n[models.m.defaults]\ncontext_size = 8192\n\n[models.m.zz]\na = 1\n"},
        {"an array of tables", "# c\n[[models]]\nid = \"a\" # x\npath = \"a\"\n", "m", R"({"path":"p","defaults":{"ctx_size":128}})",
         "# c\n[[models]]\nid = \"a\" # x\npath = \"a\"\n\n[[models]]\nid = \"m\"\npath = \"p\"\n\n[models.defaults]\nctx_size = 128\n"},
        {"below [models]", "[models]\n[models.a]\npath = \"a\"\n[other]\nx = 1\n", "m", path_only,
         "[models]\n[models.a]\npath = \"a\"\n[other]\nx = 1\n\n[models.m]\npath = \"p.gguf\"\n"},
        {"in braces", "models = { a = { path = \"a\" } } # c\n", "m", R"({"path":"p","name":null,"defaults":{"context_size":128}})",
         "models = { a = { path = \"a\" }, m.defaults.context_size = 128, m.path = \"p\" } # c\n"},
        {"beside a row with an error", "[models.bad]\n[models.a]\npath = \"a\"\n", "m", path_only, "[models.bad]\n[models.a]\npath = \"a\"\n\n[models.m]\npath = \"p.gguf\"\n"},
        {"a name that only looks like a way out", "", "m", R"({"path":"a..b/..c/x"})", "[models.m]\npath = \"a..b/..c/x\"\n"},
    };
    for (const auto& c : cases) {
        const auto result = add_model(c.before, c.id, Json::parse(c.properties));
        if (result) EXPECT_EQ(*result, c.after) << c.rule;
        else ADD_FAILURE() << c.rule << ": " << result.error();
    }
}

struct AddRefusal {
    std::string before, id, properties, message;
};

TEST(AddModel, RefusesWhatTheRegistryWouldNotRead) {
    const std::vector<AddRefusal> cases = {
        {"", "--x", path_only, "\"--x\" is not a model id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit"},
        {"", "m", "[]", "the configuration is not a table of keys and values"},
        {"", "m", "{}", "path: is missing: the model's file"},
        {"", "m", R"({"path":null})", "path: is missing: the model's file"},
        {"", "m", R"({"path":""})", "path: \"\" is not allowed: a path without control characters"},
        {"", "m", R"({"path":"a\nb"})", "path: \"a\\x0ab\" is not allowed: a path without control characters"},
        {"", "m", R"({"path":3})", "path: 3 is not allowed: a string in quotes"},
        {"", "m", R"({"path":".."})", "path: \"..\" is not allowed: a path that is absolute or below the model store, without \"..\""},
        {"", "m", R"({"path":"/a/../b"})", "path: \"/a/../b\" is not allowed: a path that is absolute or below the model store, without \"..\""},
        {"", "m", R"({"path":"a/.."})", "path: \"a/..\" is not allowed: a path that is absolute or below the model store, without \"..\""},
        {"", "m", R"({"path":"a","mmproj":"../b"})", "mmproj: \"../b\" is not allowed: a path that is absolute or below the model store, without \"..\""},
        {"", "m", R"({"path":"a","id":"n"})", "id: must be \"m\", the model's id"},
        {"", "m", R"({"path":"a","size_bytes":-1})", "size_bytes: -1 is not allowed: a whole number from 0 to 9223372036854775807"},
        {"", "m", R"({"path":"a","tags":"x"})", "tags: \"x\" is not allowed: a list of strings"},
        {"", "m", R"({"path":"a","defaults":{"context_size":1}})", "defaults.context_size: 1 is not allowed: a whole number from 128 to 16777216"},
        {"", "m", R"({"path":"a","defaults":3})", "defaults: 3 is not allowed: a table, [models[0].defaults]"},
        {"[models.m]\npath = \"a\"\n", "m", path_only, "model 'm' is in the registry already: remove it first, or choose another id"},
        {"[models.m]\n", "m", path_only, "model 'm' is in the registry already: remove it first, or choose another id"},
        {"[[models]]\nid = \"m\"\n", "m", path_only, "model 'm' is in the registry already: remove it first, or choose another id"},
        {"models = 3\n", "m", path_only, registry_toml + ": models: must be tables, [models.<id>]"},
        {"a = \n", "m", path_only, registry_toml + ":1:5: Error while parsing key-value pair: expected value, saw '\\n'"},
        {"models = [{ id = \"a\", path = \"p\" }]\n", "m", path_only, registry_toml + ": models is written as a list, not as sections: add it in an editor"},
    };
    for (const auto& c : cases) {
        const auto result = add_model(c.before, c.id, Json::parse(c.properties));
        if (result) { ADD_FAILURE() << *result; continue; }
        EXPECT_EQ(to_string(result.failure().kind), "InvalidConfig");
        EXPECT_EQ(result.error(), c.message) << c.before << c.properties;
    }
}

TEST(AddModel, LimitsTheFile) {
    std::string toml;
    while (toml.size() < 1024 * 1024 - 20) toml += "#xxxxxxxx\n";
    const auto result = add_model(toml, "m", Json::parse(path_only));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), registry_toml + ": with this model, the file would be larger than 1 MiB");
}

struct RemoveModelCase {
    std::string rule, before, id, after;
};

TEST(RemoveModel, TakesItsLinesOnly) {
    const std::vector<RemoveModelCase> cases = {
        {"the only one", "[models.a]\npath = \"a\"\n", "a", ""},
        {"the first, at the top of the file", "# my models\n[models.a]\npath = \"a\"\n\n[models.b]\npath = \"b\"\n", "a", "# my models\n[models.b]\npath = \"b\"\n"},
        {"in the middle, with its comments", "[models.a]\npath = \"a\"\n\n# about b\n[models.b] # b\npath = \"b\" # p\n# more\n\n# about c\n[models.c]\npath = \"c\"\n", "b",
         "[models.a]\npath = \"a\"\n\n# about c\n[models.c]\npath = \"c\"\n"},
        {"the last", "[models.a]\npath = \"a\"\n\n[models.b]\npath = \"b\"\n", "b", "[models.a]\npath = \"a\"\n"},
        {"with its sub-tables", "[models.b]\npath = \"b\"\n[models.b.defaults]\ncontext_size = 128\n[models.c]\npath = \"c\"\n[models.b.other]\n", "b", "[models.c]\npath = \"c\"\n"},
        {"a comment by itself stays", "[models.b]\npath = \"b\"\n\n# ---- small ones ----\n\n[models.c]\npath = \"c\"\n", "b", "# ---- small ones ----\n\n[models.c]\npath = \"c\"\n"},
        {"a quoted id", "[models.\"org/b-1.5\"]\npath = \"b\"\n[models.\"org/b-1\"]\npath = \"c\"\n", "org/b-1.5", "[models.\"org/b-1\"]\npath = \"c\"\n"},
        {"not one whose id begins the same", "[models.b]\npath = \"b\"\n[models.bb]\npath = \"c\"\n", "b", "[models.bb]\npath = \"c\"\n"},
        {"dotted keys", "[models]\na.path = \"a\"\nb.path = \"b\"\nb.name = \"B\" # c\n", "b", "[models]\na.path = \"a\"\n"},
        {"braces", "models = { a = { path = \"a\" }, b = { path = \"b\" } }\n", "a", "models = { b = { path = \"b\" } }\n"},
        {"a row with errors", "[models.a]\npath = 3\n[models.b]\npath = \"b\"\n", "a", "[models.b]\npath = \"b\"\n"},
        {"the only element", "[[models]]\nid = \"a\"\npath = \"a\"\n", "a", ""},
        {"an element", "# c\n\n[[models]]\nid = \"a\"\npath = \"a\"\n\n# about b\n[[models]]\nid = \"b\"\npath = \"b\"\n[models.defaults]\nctx_size = 128\n\n[[models]]\nid = \"c\"\npath = \"c\"\n",
         "b", "# c\n\n[[models]]\nid = \"a\"\npath = \"a\"\n\n[[models]]\nid = \"c\"\npath = \"c\"\n"},
        {"the last element", "[[models]]\nid = \"a\"\npath = \"a\"\n\n[[models]]\nid = \"b\"\npath = \"b\"\n\n[models.defaults]\n", "b", "[[models]]\nid = \"a\"\npath = \"a\"\n"},
        {"elements with the same id", "[[models]]\nid = \"a\"\n[[models]]\nid = \"b\"\npath = \"b\"\n[[models]]\nid = \"a\"\n", "a", "[[models]]\nid = \"b\"\npath = \"b\"\n"},
        {"sections of others", "[[models]]\nid = \"a\"\n[other]\nx = 1\n[models.defaults]\n[[models]]\nid = \"b\"\n", "a", "[other]\nx = 1\n[[models]]\nid = \"b\"\n"},
    };
    for (const auto& c : cases) {
        const auto result = remove_model(c.before, c.id, sample_plan({}));
        if (result) EXPECT_EQ(*result, c.after) << c.rule;
        else ADD_FAILURE() << c.rule << ": " << result.error();
    }
}

TEST(RemoveModel, RefusesWhatIsNotThere) {
    const auto kind_and_message = [](const std::string& toml, const std::string& id) {
        const auto result = remove_model(toml, id, sample_plan({}));
        return result ? *result : std::string{to_string(result.failure().kind)} + ": " + result.error();
    };
    EXPECT_EQ(kind_and_message("[models.a]\npath = \"a\"\n", "b"), "NoSuchModel: model \"b\" is not in the registry " + registry_toml + ", which has a");
    EXPECT_EQ(kind_and_message("", "b"), "NoSuchModel: model \"b\" is not in the registry " + registry_toml + ", which has no model");
    EXPECT_EQ(kind_and_message("a", "b").substr(0, 15), "InvalidConfig: ");
    EXPECT_EQ(kind_and_message("models = [{ id = \"b\", path = \"p\" }]\n", "b"), "InvalidConfig: " + registry_toml + ": line 1: models is written as a list, not as sections");
}

TEST(RemoveModel, RefusesADefault) {
    const auto plan = sample_plan({{"chat", "port = 8081\nmodel.default = \"a\"\n"}, {"clash", "port = 8081\nmodel.default = \"a\"\n"},
                                   {"off", "port = 8082\nenabled = false\nmodel.default = \"a\"\n"}, {"other", "port = 8083\nmodel.default = \"b\"\n"}, {"none", "port = 8084\n"}});
    const std::string toml = "[models.a]\npath = \"a\"\n[models.b]\npath = \"b\"\n[models.c]\npath = \"c\"\n";
    const auto used = remove_model(toml, "a", plan);
    ASSERT_FALSE(used);
    EXPECT_EQ(used.failure(), (OperationError{ErrorKind::busy, "model 'a' is the default of chat, clash, off: give these slots another one first"}));
    EXPECT_FALSE(remove_model(toml, "b", plan));
    EXPECT_TRUE(remove_model(toml, "c", plan));
}

TEST(RegistryEdit, RemovingWhatWasAddedRestoresEveryByte) {
    for (const std::string before : {"", "# c\n", "# c\n\n[models.a]\npath = \"a\" # x\n", "[[models]]\nid = \"a\"\npath = \"a\"\n", "models = { a = { path = \"a\" } }\n", "[models]\r\na.path = \"a\"\r\n"}) {
        const auto with = add_model(before, "org/m-1.5", Json::parse(R"({"path":"p","defaults":{"context_size":128},"tags":["x"]})"));
        ASSERT_TRUE(with) << before << with.error();
        Diagnostics diagnostics;
        const auto models = parse_registry("", *with, diagnostics);
        ASSERT_TRUE(models.contains(*ModelId::parse("org/m-1.5"))) << *with;
        EXPECT_EQ(models.at(*ModelId::parse("org/m-1.5")).context_size, 128U);
        const auto without = remove_model(*with, "org/m-1.5", sample_plan({}));
        ASSERT_TRUE(without) << without.error();
        EXPECT_EQ(*without, before) << *with;
    }
}

TEST(ModelRow, HasWhatIsSet) {
    Diagnostics diagnostics;
    const auto models = parse_registry("", R"([models.a]
path = "a"
[models.b]
path = "b"
name = "B"
mmproj = "m"
size_bytes = 5
license = "mit"
hf_repo = "r"
hf_filename = "f"
type = "llm"
capabilities = ["chat"]
tags = ["t"]
backends = ["cpu"]
defaults = { context_size = 128, n_gpu_layers = -1, rope_freq_base = 0.5 }
)", diagnostics);
    EXPECT_EQ(to_json(models.at(*ModelId::parse("a"))), Json::parse(R"({"id":"a","name":"a","path":"a","capabilities":[],"tags":[],"backends":[],"defaults":{}})"));
    EXPECT_EQ(to_json(models.at(*ModelId::parse("b"))),
              Json::parse(R"({"id":"b","name":"B","path":"b","mmproj":"m","size_bytes":5,"license":"mit","hf_repo":"r","hf_filename":"f","type":"llm",
                              "capabilities":["chat"],"tags":["t"],"backends":["cpu"],"defaults":{"context_size":128,"n_gpu_layers":-1,"rope_freq_base":0.5}})"));
}

}  // namespace
}  // namespace hal0::slot
