#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace hal0::http {

/// Where a value stands: `["body","model","context_size"]`, `["query","lines"]`.
using Location = nlohmann::json;

/// `where`, and below it `key`: a text, or the number of an element of a list.
Location below(Location where, const nlohmann::json& key);

/// All that is wrong with a request (http-api.md, 1). The values themselves are never repeated.
class BadFields {
public:
    /// @param type one of the closed set of http-api.md, 1.
    void add(const Location& where, std::string_view type, std::string_view message);
    bool empty() const { return fields_.empty(); }
    /// Throws Refused, 422 validation.invalid, with every field, if there is one.
    void refuse_if_any() const;

private:
    nlohmann::json fields_ = nlohmann::json::array();
};

}  // namespace hal0::http
