#pragma once

#include "http-bridge/routes/route.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hal0::http {

/// Finds the route of a request.
class Router {
public:
    explicit Router(std::vector<Route> routes);
    Router(const Router&) = delete;  // the patterns point to its routes
    Router& operator=(const Router&) = delete;

    struct Match {
        const Route* route;
        std::vector<std::string> parameters;
    };
    /// `path` is decoded. HEAD goes where GET does. Throws Refused: 404 for an unknown path, 405 with Allow for a wrong method.
    Match find(std::string_view method, std::string_view path) const;

    const std::vector<Route>& routes() const { return routes_; }

private:
    struct Pattern {
        const Route* route;
        std::vector<std::string> segments;  // "{name}": a place
    };
    std::vector<Route> routes_;
    std::vector<Pattern> patterns_;
};

}  // namespace hal0::http
