#include "slot/toml_json.hpp"

#include "slot/toml_parse.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <sstream>
#include <type_traits>
#include <utility>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

Json json_of(const toml::node& node);

Json json_of(const toml::table& table) {
    auto object = Json::object();
    for (const auto& [key, node] : table) object.emplace(key.str(), json_of(node));
    return object;
}

Json json_of(const toml::array& list) {
    auto array = Json::array();
    for (const auto& node : list) array.push_back(json_of(node));
    return array;
}

Json json_of(double number) {
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
    return number;
}

template <class Time>
std::string text_of(const Time& time) {
    std::ostringstream text;
    text << time;
    return text.str();
}

Json json_of(const toml::node& node) {
    return node.visit([](const auto& typed) -> Json {
        using Node = std::remove_cvref_t<decltype(typed)>;
        if constexpr (toml::is_table<Node> || toml::is_array<Node> || toml::is_floating_point<Node>) {
            if constexpr (toml::is_floating_point<Node>) return json_of(typed.get());
            else return json_of(typed);
        } else if constexpr (toml::is_date<Node> || toml::is_time<Node> || toml::is_date_time<Node>) {
            return text_of(typed.get());
        } else {
            return typed.get();
        }
    });
}

/// Puts into `base` what it does not have; tables that both have become one.
void add_missing(Json& base, Json more) {
    for (auto& [key, value] : more.items()) {
        auto& mine = base[key];
        if (mine.is_null()) mine = std::move(value);
        else if (mine.is_object() && value.is_object()) add_missing(mine, std::move(value));
    }
}

}  // namespace

std::optional<Json> json_of_toml(const std::string& file, std::string_view toml, Diagnostics& diagnostics) {
    const auto root = parse_toml(file, toml, diagnostics);
    return root ? std::optional{json_of(*root)} : std::nullopt;
}

std::optional<Json> json_of_slot(const std::string& file, std::string_view toml, Diagnostics& diagnostics) {
    auto config = json_of_toml(file, toml, diagnostics);
    if (!config) return std::nullopt;
    const auto nested = config->find("slot");
    if (nested == config->end() || !nested->is_object()) return config;
    auto lifted = std::move(*nested);
    config->erase(nested);
    add_missing(lifted, *std::move(config));
    return lifted;
}

}  // namespace hal0::slot
