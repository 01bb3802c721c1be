#pragma once

#include <nlohmann/json.hpp>

#include <string_view>
#include <vector>

namespace hal0::http {

/// An answer that is always the same.
struct MinimalAnswer {
    std::string_view method, path, summary;
    nlohmann::json body;
};

/// What the existing dashboard fetches of parts that hal0 does not have (http-api.md, 4): where it gets 404 it shows invented data.
/// So each says, truthfully, that there is nothing.
const std::vector<MinimalAnswer>& minimal_answers();

}  // namespace hal0::http
