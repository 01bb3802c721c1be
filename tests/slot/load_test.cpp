#include "slot/load.hpp"

#include "tests/slot/sample_plan.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace hal0::slot {
namespace {

const std::string broken_port = "/etc/hal0/slots/broken.toml:1:8: port: 80 is not allowed: a whole number from 1024 to 65535";
const std::string registry_has = "is not in the registry /var/lib/hal0/registry/registry.toml, which has gemma, qwen: add it there, or choose another one";

Plan plan() {
    return sample_plan({{"chat", "port = 8081\n[model]\ndefault = \"qwen\"\n"},
                        {"empty", "port = 8082\n"},
                        {"lost", "port = 8083\nmodel.default = \"gone\"\n"},
                        {"npu", "port = 8084\ndevice = \"npu\"\nmodel.default = \"llama3:1b\"\n"},
                        {"off", "port = 8085\nenabled = false\nmodel.default = \"qwen\"\n"},
                        {"broken", "port = 80\n"}});
}

Registry registry() {
    Registry read;
    read.models = parse_registry(std::string{registry_path}, "[models.qwen]\npath = \"q\"\n[models.gemma]\npath = \"g\"\n", read.diagnostics);
    return read;
}

struct LoadCase {
    std::string slot;
    std::optional<std::string> model;
    std::string outcome;  // the model, or what kind of error and its message
};

std::string outcome(const Result<std::optional<ModelId>, OperationError>& result) {
    if (!result) return std::string{to_string(result.failure().kind)} + ": " + result.error();
    return *result ? (*result)->str() : "no model";
}

TEST(CheckLoad, DecidesBeforeAnythingIsTouched) {
    const std::vector<LoadCase> cases = {
        {"chat", std::nullopt, "qwen"},
        {"chat", "gemma", "gemma"},
        {"chat", "gone", "NoSuchModel: model 'gone' " + registry_has},
        {"chat", "--x", "NoSuchModel: \"--x\" is not a model id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit"},
        {"chat", "", "NoSuchModel: \"\" is not a model id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit"},
        {"empty", std::nullopt, "no model"},
        {"empty", "qwen", "qwen"},
        {"lost", std::nullopt, "NoSuchModel: model 'gone' " + registry_has},
        {"lost", "qwen", "qwen"},
        {"npu", std::nullopt, "llama3:1b"},
        {"npu", "qwen3:4b", "qwen3:4b"},
        {"off", std::nullopt, "Disabled: slot off is disabled (/etc/hal0/slots/off.toml:2:11): set enabled to true to load it"},
        {"off", "gone", "Disabled: slot off is disabled (/etc/hal0/slots/off.toml:2:11): set enabled to true to load it"},
        {"broken", "gone", "InvalidConfig: " + broken_port},
        {"nobody", std::nullopt, "NoSuchSlot: there is no slot \"nobody\""},
    };
    for (const auto& c : cases) EXPECT_EQ(outcome(check_load(plan(), *SlotName::parse(c.slot), c.model, registry())), c.outcome);
}

TEST(CheckLoad, SaysWhatIsWrongWithTheRegistry) {
    Registry read;
    read.models = parse_registry(std::string{registry_path}, "[models.qwen]\nmodel = \"q\"\n", read.diagnostics);
    EXPECT_EQ(outcome(check_load(plan(), *SlotName::parse("chat"), std::nullopt, read)),
              "NoSuchModel: model 'qwen' is not in the registry /var/lib/hal0/registry/registry.toml, which has no model "
              "(/var/lib/hal0/registry/registry.toml: models.qwen.path: is missing: the model's file): add it there, or choose another one");
}

TEST(CheckSwap, NamesItsModel) {
    const auto swap = [](const char* slot, const char* model) { return check_swap(plan(), *SlotName::parse(slot), model, registry()); };
    ASSERT_TRUE(swap("chat", "gemma"));
    EXPECT_EQ((*swap("chat", "gemma")).str(), "gemma");
    ASSERT_FALSE(swap("chat", "gone"));
    EXPECT_EQ(swap("chat", "gone").failure(), (OperationError{ErrorKind::no_such_model, "model 'gone' " + registry_has}));
    EXPECT_EQ(to_string(swap("off", "qwen").failure().kind), "Disabled");
}

TEST(KnownIds, AreAFew) {
    Diagnostics diagnostics;
    std::string toml;
    EXPECT_EQ(known_ids({}), "no model");
    for (const char id : {'a', 'b', 'c', 'd', 'e'}) toml += std::string{"[models."} + id + "]\npath = \"p\"\n";
    EXPECT_EQ(known_ids(parse_registry("", toml, diagnostics)), "a, b, c, d, e");
    toml += "[models.f]\npath = \"p\"\n[models.g]\npath = \"p\"\n";
    EXPECT_EQ(known_ids(parse_registry("", toml, diagnostics)), "a, b, c, d, e and 2 more");
}

}  // namespace
}  // namespace hal0::slot
