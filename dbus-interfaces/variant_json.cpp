#include "dbus-interfaces/variant_json.hpp"

#include "dbus-interfaces/operation_failed.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::bus {
namespace {

using nlohmann::json;
using List = std::vector<sdbus::Variant>;

/// `left`: how many values there may still be.
json value_of(const std::string& key, const sdbus::Variant& value, std::size_t& left);

json object_of(const Dictionary& dictionary, std::size_t& left) {
    json object = json::object();
    for (const auto& [key, value] : dictionary) object[key] = value_of(key, value, left);
    return object;
}

/// Takes the value over if it is of type T.
template <class T>
bool is(const sdbus::Variant& value, json& out) {
    if (!value.containsValueOfType<T>()) return false;
    out = value.get<T>();
    return true;
}

template <class... T>
bool is_any(const sdbus::Variant& value, json& out) {
    return (is<T>(value, out) || ...);
}

bool is_nothing(const sdbus::Variant& value) {
    return value.containsValueOfType<sdbus::Signature>() && value.get<sdbus::Signature>().empty();
}

json value_of(const std::string& key, const sdbus::Variant& value, std::size_t& left) {
    json out;
    if (left == 0) throw OperationFailed{slot::ErrorKind::invalid_config, "there are too many keys and list elements"};
    --left;
    if (is_nothing(value)) return out;
    if (is_any<bool, std::int64_t, std::int32_t, std::int16_t, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, double, std::string,
               std::vector<std::string>, std::vector<std::int64_t>, std::vector<std::int32_t>, std::vector<double>, std::vector<bool>>(value, out))
        return out;
    if (value.containsValueOfType<Dictionary>()) return object_of(value.get<Dictionary>(), left);
    if (value.containsValueOfType<sdbus::Variant>()) return value_of(key, value.get<sdbus::Variant>(), left);
    if (!value.containsValueOfType<List>())
        throw OperationFailed{slot::ErrorKind::invalid_config, fmt::format("{}: a value of D-Bus type {} cannot stand in a slot's file", key, value.peekValueType())};
    out = json::array();
    for (const auto& element : value.get<List>()) out.push_back(value_of(key, element, left));
    return out;
}

template <class T>
sdbus::Variant list_of(const json& array) {
    return sdbus::Variant{array.get<std::vector<T>>()};
}

sdbus::Variant variant_of(const json& value, std::size_t depth);

/// Whether a table or a list at this depth is left out.
bool is_too_deep(const json& value, std::size_t depth) { return value.is_structured() && depth >= deepest; }

Dictionary dictionary_of(const json& object, std::size_t depth) {
    Dictionary dictionary;
    for (const auto& [key, value] : object.items())
        if (!is_too_deep(value, depth + 1) && dictionary.size() < sdbus::most_variants) dictionary.emplace(key, variant_of(value, depth + 1));
    return dictionary;
}

sdbus::Variant list(const json& array, std::size_t depth) {
    const auto all = [&](auto is_kind) { return std::all_of(array.begin(), array.end(), is_kind); };
    if (all([](const json& one) { return one.is_string(); })) return list_of<std::string>(array);
    if (all([](const json& one) { return one.is_boolean(); })) return list_of<bool>(array);
    if (all([](const json& one) { return one.is_number_integer(); })) return list_of<std::int64_t>(array);
    if (all([](const json& one) { return one.is_number_float(); })) return list_of<double>(array);
    List mixed;
    for (const auto& one : array)
        if (!is_too_deep(one, depth + 1) && mixed.size() < sdbus::most_variants) mixed.push_back(variant_of(one, depth + 1));
    return sdbus::Variant{mixed};
}

sdbus::Variant variant_of(const json& value, std::size_t depth) {
    if (value.is_object()) return sdbus::Variant{dictionary_of(value, depth)};
    if (value.is_array()) return list(value, depth);
    if (value.is_boolean()) return sdbus::Variant{value.get<bool>()};
    if (value.is_number_integer()) return sdbus::Variant{value.get<std::int64_t>()};
    if (value.is_number_float()) return sdbus::Variant{value.get<double>()};
    if (value.is_null()) return sdbus::Variant{sdbus::Signature{""}};
    return sdbus::Variant{value.get<std::string>()};
}

}  // namespace

json to_json(const Dictionary& dictionary, std::size_t most) { return object_of(dictionary, most); }

Dictionary to_dictionary(const json& object) { return dictionary_of(object, 0); }

}  // namespace hal0::bus
