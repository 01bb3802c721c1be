#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/variant_json.hpp"
#include "dbus-interfaces/operation_failed.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace hal0::bus {
namespace {

using nlohmann::json;
using sdbus::Variant;

TEST(VariantJson, TakesEveryTypeThatATomlValueCanHave) {
    const bus::Dictionary model{{"default", Variant{std::string{"tiny"}}}, {"labels", Variant{std::vector<std::string>{"a", "b"}}}};
    const auto object = to_json({{"b", Variant{true}},
                                 {"i", Variant{std::int32_t{-1}}},
                                 {"q", Variant{std::uint16_t{8081}}},
                                 {"t", Variant{std::uint64_t{1} << 40}},
                                 {"d", Variant{0.5}},
                                 {"s", Variant{std::string{"text"}}},
                                 {"av", Variant{std::vector<Variant>{Variant{std::int64_t{1}}, Variant{std::string{"x"}}}}},
                                 {"v", Variant{Variant{std::string{"inside"}}}},
                                 {"model", Variant{model}}});
    EXPECT_EQ(object, (json{{"b", true}, {"i", -1}, {"q", 8081}, {"t", std::uint64_t{1} << 40}, {"d", 0.5}, {"s", "text"}, {"av", {1, "x"}}, {"v", "inside"},
                            {"model", {{"default", "tiny"}, {"labels", {"a", "b"}}}}}));
}

TEST(VariantJson, AnEmptySignatureIsNull) {
    EXPECT_TRUE(to_json({{"gone", Variant{sdbus::Signature{""}}}}).at("gone").is_null());
}

TEST(VariantJson, RefusesOtherTypesByTheNameOfTheKey) {
    const Variant structure{sdbus::Struct<std::string, bool>{std::make_tuple(std::string{"a"}, true)}};
    for (const auto& value : {structure, Variant{sdbus::ObjectPath{"/a"}}, Variant{sdbus::Signature{"s"}}}) {
        try {
            to_json({{"odd", value}});
            ADD_FAILURE() << "taken";
        } catch (const bus::OperationFailed& refused) {
            EXPECT_EQ(refused.kind(), slot::ErrorKind::invalid_config);
            EXPECT_NE(std::string{refused.what()}.find("odd"), std::string::npos);
        }
    }
}

TEST(VariantJson, ComesBackAsItWas) {
    const json object{{"flag", true}, {"port", 8081}, {"rope", 0.5}, {"name", "chat"}, {"labels", {"a", "b"}}, {"numbers", {1, 2}}, {"mixed", {1, "x"}}, {"none", json::array()},
                      {"model", {{"default", "tiny"}, {"deep", {{"deeper", false}}}}}};
    EXPECT_EQ(to_json(bus::to_dictionary(object)), object);
}

/// So many tables or lists in one another, the object among them.
json nested(std::size_t levels, bool lists) {
    json inner = lists ? json::array() : json::object();
    for (std::size_t i = 2; i < levels; ++i) inner = lists ? json::array({std::move(inner)}) : json{{"a", std::move(inner)}};
    return {{"a", std::move(inner)}};
}

TEST(VariantJson, RefusesMoreValuesThanAreAskedFor) {
    const bus::Dictionary inner{{"a", Variant{1}}, {"b", Variant{2}}};
    const bus::Dictionary five{{"table", Variant{inner}}, {"list", Variant{std::vector<Variant>{Variant{1}}}}};
    EXPECT_EQ(to_json(five, 5).size(), 2U);
    EXPECT_THROW(to_json(five, 4), OperationFailed);
}

TEST(VariantJson, LeavesOutWhatIsMoreThanAMessageMayHave) {
    json wide = json::object(), list = json::array({"x"});
    for (std::size_t i = 0; i <= sdbus::most_variants; ++i) wide["k" + std::to_string(i)] = 1, list.push_back(1);
    const auto shown = to_json(to_dictionary({{"wide", wide}, {"list", list}}));
    EXPECT_EQ(shown["wide"].size(), sdbus::most_variants);
    EXPECT_EQ(shown["list"].size(), sdbus::most_variants);
}

TEST(VariantJson, LeavesOutWhatIsTooDeepForTheBus) {
    for (const bool lists : {false, true}) {
        const auto most = nested(deepest, lists);
        EXPECT_FALSE(slot::unacceptable(most));
        EXPECT_TRUE(slot::unacceptable(nested(deepest + 1, lists)));
        EXPECT_EQ(to_json(to_dictionary(most)), most);
        EXPECT_EQ(to_json(to_dictionary(nested(deepest + 1, lists))), most);
        EXPECT_EQ(to_json(to_dictionary(nested(60, lists))), most);
    }
}

}  // namespace
}  // namespace hal0::bus
