#include "http-bridge/routes/route.hpp"

namespace hal0::http {

std::vector<Route> all_routes() {
    std::vector<Route> all;
    for (const auto& part : {slot_routes(), operation_routes(), stream_routes(), journal_routes(), model_routes(), system_routes(), dashboard_routes()}) all.insert(all.end(), part.begin(), part.end());
    return all;
}

std::vector<RouteDescription> described(const std::vector<Route>& routes) {
    std::vector<RouteDescription> all;
    for (const auto& route : routes)
        all.push_back({std::string{route.method}, std::string{route.path}, std::string{route.summary}, std::holds_alternative<Follow>(route.handle), {route.query.begin(), route.query.end()}});
    return all;
}

}  // namespace hal0::http
