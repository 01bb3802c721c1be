#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace hal0::http {

/// The schemas that the document's operations refer to, by name (components/schemas).
nlohmann::json schemas();

/// `{"$ref":"#/components/schemas/NAME"}`
nlohmann::json schema_ref(std::string_view name);

/// What a route takes as its body: the name of a schema, empty for none.
std::string_view body_schema(const std::string& method, std::string_view path);
/// What it answers: the schema of its success.
nlohmann::json answer_schema(const std::string& method, std::string_view path);
/// The status of its success.
int success_status(const std::string& method, std::string_view path);
/// The schema of a query parameter; a string, if nothing more is known of it.
nlohmann::json query_schema(std::string_view parameter);

}  // namespace hal0::http
