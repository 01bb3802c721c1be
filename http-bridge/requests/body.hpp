#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

namespace hal0::http {

/// Lists and objects in one another that a body may have. What a configuration may have is less; this bounds what is built at all.
inline constexpr int deepest_body = 32;

/// A request's body as a JSON object. Throws Refused, 400: request.invalid_json for what is no JSON, is not UTF-8, is nested deeper than
/// that or has a key twice (which of the two counts would be anybody's guess); request.not_an_object for another JSON value.
nlohmann::json parse_body(std::string_view text);

/// Whether a body says nothing for a key that it has to have: it is not there, null, or an empty text.
bool is_missing(const nlohmann::json& body, std::string_view key);

}  // namespace hal0::http
