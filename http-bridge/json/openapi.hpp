#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace hal0::http {

/// A route as the document shows it; the rest follows from it.
struct RouteDescription {
    std::string method;
    std::string path_template;  // "/api/slots/{name}/load"; a place that ends in "..." takes slashes, too
    std::string summary;
    bool is_stream = false;
    std::vector<std::string> query = {};  // parameters that it takes
};

/// GET /api/openapi.json: OpenAPI 3.1 of these routes. `version` is the bridge's.
nlohmann::json openapi(const std::vector<RouteDescription>& routes, const std::string& version);

}  // namespace hal0::http
