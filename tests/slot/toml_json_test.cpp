#include "slot/toml_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

struct TomlJsonCase {
    std::string rule, toml, json;
};

TEST(JsonOfToml, IsTheFileAsItIsWritten) {
    const std::vector<TomlJsonCase> cases = {
        {"empty", "", "{}"},
        {"plain values", "a = true\nb = -3\nc = 0x1F\nd = \"x\\ny\"\n", R"({"a":true,"b":-3,"c":31,"d":"x\ny"})"},
        {"a float stays one", "a = 1.0\nb = 2.5e3\n", R"({"a":1.0,"b":2500.0})"},
        {"the largest integers", "a = 9223372036854775807\nb = -9223372036854775808\n", R"({"a":9223372036854775807,"b":-9223372036854775808})"},
        {"tables of every style", "a.b = 1\n[c]\nd = { e = 2 }\n[c.f]\n", R"({"a":{"b":1},"c":{"d":{"e":2},"f":{}}})"},
        {"lists", "a = [1, \"x\", [2.5], {b = false}]\nc = []\n", R"({"a":[1,"x",[2.5],{"b":false}],"c":[]})"},
        {"arrays of tables", "[[a]]\nb = 1\n[[a]]\n", R"({"a":[{"b":1},{}]})"},
        {"dates and times are strings", "a = 1979-05-27\nb = 07:32:00\nc = 1979-05-27T07:32:00Z\nd = 1979-05-27 07:32:00.5\n",
         R"({"a":"1979-05-27","b":"07:32:00","c":"1979-05-27T07:32:00Z","d":"1979-05-27T07:32:00.5"})"},
        {"what is no number is a string", "a = nan\nb = inf\nc = -inf\n", R"({"a":"nan","b":"inf","c":"-inf"})"},
        {"odd keys", "\"\" = 1\n\"a.b\" = 2\n'ü' = 3\n", R"({"":1,"a.b":2,"ü":3})"},
        {"[slot] is a table like any other", "[slot]\na = 1\n", R"({"slot":{"a":1}})"},
    };
    for (const auto& c : cases) {
        Diagnostics diagnostics;
        const auto json = json_of_toml("f.toml", c.toml, diagnostics);
        ASSERT_TRUE(json) << c.rule;
        EXPECT_EQ(*json, Json::parse(c.json)) << c.rule;
        EXPECT_EQ(json->dump(), Json::parse(c.json).dump()) << c.rule << ": types, too";
        EXPECT_TRUE(diagnostics.empty());
    }
}

TEST(JsonOfToml, SaysWhereTheTextIsNotToml) {
    Diagnostics diagnostics;
    EXPECT_FALSE(json_of_toml("f.toml", "a = 1\nb = \n", diagnostics));
    ASSERT_EQ(diagnostics.size(), 1U);
    EXPECT_EQ(to_string(diagnostics[0]).substr(0, 9), "f.toml:2:");
    EXPECT_FALSE(json_of_slot("f.toml", "a", diagnostics));
    EXPECT_EQ(diagnostics.size(), 2U);
}

TEST(JsonOfSlot, LiftsWhatStandsUnderSlot) {
    const std::vector<TomlJsonCase> cases = {
        {"flat", "port = 1\n[model]\ndefault = \"q\"\n", R"({"port":1,"model":{"default":"q"}})"},
        {"nested", "[slot]\nport = 1\n[slot.model]\ndefault = \"q\"\n", R"({"port":1,"model":{"default":"q"}})"},
        {"mixed", "port = 1\n[model]\na = 1\n[slot.model]\nb = 2\n[x]\n", R"({"port":1,"model":{"a":1,"b":2},"x":{}})"},
        {"nested wins", "port = 1\n[slot]\nport = 2\n", R"({"port":2})"},
        {"a table and a value", "model = 1\n[slot.model]\nb = 2\n", R"({"model":{"b":2}})"},
        {"slot that is no table", "slot = 3\nport = 1\n", R"({"slot":3,"port":1})"},
        {"a key called slot inside", "[slot]\nslot = 3\n", R"({"slot":3})"},
    };
    for (const auto& c : cases) {
        Diagnostics diagnostics;
        const auto json = json_of_slot("f.toml", c.toml, diagnostics);
        ASSERT_TRUE(json) << c.rule;
        EXPECT_EQ(*json, Json::parse(c.json)) << c.rule;
    }
}

/// A value in `tables` tables in one another, each under a key with so many dots.
std::string nested_toml(int tables, int dots) {
    std::string front, back;
    for (int i = 0; i < tables; ++i) {
        front += "a";
        for (int dot = 0; dot < dots; ++dot) front += ".a";
        front += " = {";
        back += "}";
    }
    return front + back + "\n";
}

TEST(JsonOfToml, SurvivesTheDeepestFileThatParses) {
    std::string header = "[a";
    for (int dots = 0; dots < 64; ++dots) header += ".a";
    Diagnostics diagnostics;
    for (const auto& value : {nested_toml(128, 0), nested_toml(64, 1), nested_toml(1, 64), "a = " + std::string(128, '[') + std::string(128, ']') + "\n"}) {
        const auto json = json_of_slot("f.toml", header + "]\n" + value, diagnostics);
        ASSERT_TRUE(json) << to_string(diagnostics.back());
        EXPECT_FALSE(json->dump().empty());
    }
}

TEST(JsonOfToml, RefusesWhatIsDeeper) {
    const std::string deep = "f.toml:2: a value is nested more than 128 levels deep";
    for (const auto& value : {nested_toml(129, 0), nested_toml(65, 1), nested_toml(10'000, 0), nested_toml(100, 64), "a = " + std::string(129, '[') + std::string(129, ']') + "\n"}) {
        Diagnostics diagnostics;
        EXPECT_FALSE(json_of_toml("f.toml", "b = 1\n" + value, diagnostics));
        ASSERT_EQ(diagnostics.size(), 1U);
        EXPECT_EQ(to_string(diagnostics[0]), deep);
    }
    Diagnostics diagnostics;
    EXPECT_FALSE(json_of_toml("f.toml", "b = [\n" + std::string(128, '[') + "\n", diagnostics));
    EXPECT_EQ(to_string(diagnostics[0]), deep);
}

TEST(JsonOfToml, CountsOnlyWhatIsNested) {
    std::string many;
    for (int i = 0; i < 200; ++i) many += "k" + std::to_string(i) + ".b.c = [[1.5], {x.y = 2.5, z = 1}] # [[[[{{{{\n";
    Diagnostics diagnostics;
    EXPECT_TRUE(json_of_toml("f.toml", many + "t = '" + std::string(200, '[') + "'\n", diagnostics));
    EXPECT_TRUE(json_of_toml("f.toml", "l = [\n" + [] { std::string l; for (int i = 0; i < 200; ++i) l += "  [1.5], # x\n"; return l; }() + "]\n", diagnostics));
    EXPECT_TRUE(diagnostics.empty());
    EXPECT_FALSE(json_of_toml("f.toml", "a = ]]]}}}\n", diagnostics));
}

}  // namespace
}  // namespace hal0::slot
