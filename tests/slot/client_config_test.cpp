#include "slot/client_config.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using namespace std::string_literals;
using Json = nlohmann::json;

std::string config_problem(const Json& config) {
    const auto found = unacceptable(config);
    if (found) { EXPECT_EQ(found->kind, ErrorKind::invalid_config); }
    return found ? found->message : "";
}

/// A list in `levels` lists, or a table in tables.
Json nested_config(std::size_t levels, bool in_tables) {
    Json value = 1;
    for (std::size_t i = 0; i < levels; ++i) value = in_tables ? Json{{"k", std::move(value)}} : Json::array({std::move(value)});
    return value;
}

Json many_keys(std::size_t count) {
    auto config = Json::object();
    for (std::size_t i = 0; i < count; ++i) config["k" + std::to_string(i)] = true;
    return config;
}

TEST(ClientConfig, TakesEverythingThatTomlHas) {
    EXPECT_EQ(config_problem(Json::parse(R"({"a":1,"b":-1.5,"c":true,"d":"ü","e":[1,"x",[],{"y":null}],"f":{"g":null},"h":9223372036854775807,"i j":"\u0001"})")), "");
    EXPECT_EQ(config_problem(Json::object()), "");
}

TEST(ClientConfig, RefusesWhatTomlHasNot) {
    EXPECT_EQ(config_problem(Json::array()), "the configuration is not a table of keys and values");
    EXPECT_EQ(config_problem(nullptr), "the configuration is not a table of keys and values");
    EXPECT_EQ(config_problem({{"a", 9223372036854775808U}}), "a: is a number that TOML cannot hold");
    EXPECT_EQ(config_problem({{"a", {{"b", std::nan("")}}}}), "a.b: is not a finite number");
    EXPECT_EQ(config_problem({{"a", -std::numeric_limits<double>::infinity()}}), "a: is not a finite number");
    EXPECT_EQ(config_problem({{"a b", Json::array({1, nullptr})}}), "\"a b\": has a null in its list, which TOML does not have");
    EXPECT_EQ(config_problem({{"a", Json::binary({1})}}), "a: is of a type that TOML does not have");
    EXPECT_EQ(config_problem({{"a", Json(Json::value_t::discarded)}}), "a: is of a type that TOML does not have");
}

TEST(ClientConfig, RefusesTextsThatAreNone) {
    for (const auto& text : {"\xFF"s, "a\0b"s, "\xC0\x80"s, "\xED\xA0\x80"s}) {
        EXPECT_EQ(config_problem({{"a", text}}), "a: is not a text: UTF-8 without NUL is allowed");
        EXPECT_EQ(config_problem({{"a", Json::array({text})}}), "a: is not a text: UTF-8 without NUL is allowed");
        EXPECT_NE(config_problem({{text, 1}}).find("is not a text: UTF-8 without NUL is allowed"), std::string::npos);
    }
}

TEST(ClientConfig, LimitsWhatOneRequestBrings) {
    EXPECT_EQ(config_problem({{"a", {{"", 1}}}}), "a: has a key of 0 bytes: 1 to 128 are allowed");
    EXPECT_EQ(config_problem({{std::string(128, 'k'), 1}}), "");
    EXPECT_EQ(config_problem({{std::string(129, 'k'), 1}}), "the configuration: has a key of 129 bytes: 1 to 128 are allowed");
    EXPECT_EQ(config_problem({{"a", std::string(16384, 'x')}}), "");
    EXPECT_EQ(config_problem({{"a", std::string(16385, 'x')}}), "a: is longer than 16384 bytes");
    const std::string text(16384, 'x');
    EXPECT_EQ(config_problem({{"a", text}, {"b", text}, {"c", text}, {"d", std::string(16380, 'x')}}), "");
    EXPECT_EQ(config_problem({{"a", text}, {"b", text}, {"c", text}, {"d", std::string(16381, 'x')}}), "the configuration: is larger than 64 KiB");
    EXPECT_EQ(config_problem(many_keys(256)), "");
    EXPECT_EQ(config_problem(many_keys(257)), "the configuration: has more than 256 keys and list elements");
    EXPECT_EQ(config_problem({{"a", std::vector<int>(255)}}), "");
    EXPECT_EQ(config_problem({{"a", std::vector<int>(256)}}), "the configuration: has more than 256 keys and list elements");
}

TEST(ClientConfig, LimitsTheDepth) {
    EXPECT_EQ(config_problem(nested_config(8, true)), "");
    EXPECT_EQ(config_problem(nested_config(9, true)), "k.k.k.k.k.k.k.k: is nested more than 8 levels deep");
    EXPECT_EQ(config_problem({{"a", nested_config(7, false)}}), "");
    EXPECT_EQ(config_problem({{"a", nested_config(8, false)}}), "a: is nested more than 8 levels deep");
    EXPECT_EQ(config_problem({{"a", nested_config(100'000, false)}}), "a: is nested more than 8 levels deep");
}

TEST(ClientConfig, FindsWhatIsThere) {
    const Json config{{"a", "x"}, {"b", 1}, {"c", nullptr}};
    EXPECT_EQ(*find(config, "a"), "x");
    EXPECT_EQ(*find(config, "c"), nullptr);
    EXPECT_EQ(find(config, "d"), nullptr);
    EXPECT_EQ(find(Json::array({"a"}), "a"), nullptr);
    EXPECT_EQ(text_at(config, "a"), "x");
    EXPECT_EQ(text_at(config, "b"), std::nullopt);
    EXPECT_EQ(text_at(config, "d"), std::nullopt);
}

}  // namespace
}  // namespace hal0::slot
