#include "http-bridge/routes/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace hal0::http {
namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> segments;
    for (std::size_t begin = 1; begin <= path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        segments.emplace_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return segments;
}

bool is_place(const std::string& segment) { return segment.starts_with('{'); }

/// A model's id may have slashes in it: the last place of such a path takes the rest.
bool takes_rest(const Route& route) { return route.path.ends_with("{id...}"); }

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
    for (const auto& route : routes_) patterns_.push_back({&route, split(route.path)});
    // A word that is spelled out counts before a place: /api/slots/metrics is no slot.
    std::stable_sort(patterns_.begin(), patterns_.end(), [](const Pattern& a, const Pattern& b) {
        return std::count_if(a.segments.begin(), a.segments.end(), is_place) < std::count_if(b.segments.begin(), b.segments.end(), is_place);
    });
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
    const auto segments = split(path);
    const auto wanted = method == "HEAD" ? "GET" : method;
    std::set<std::string_view> allowed;
    for (const auto& [route, pattern] : patterns_) {
        const bool rest = takes_rest(*route);
        if (rest ? segments.size() < pattern.size() : segments.size() != pattern.size()) continue;
        Match match{route, {}};
        bool fits = true;
        for (std::size_t i = 0; i < pattern.size() && fits; ++i) {
            if (is_place(pattern[i])) match.parameters.push_back(segments[i]);
            fits = is_place(pattern[i]) ? !segments[i].empty() : pattern[i] == segments[i];
        }
        for (std::size_t i = pattern.size(); fits && i < segments.size(); ++i) match.parameters.back() += "/" + segments[i];
        if (!fits) continue;
        if (route->method == wanted) return match;
        allowed.insert(route->method);
        if (route->method == "GET") allowed.insert("HEAD");
    }
    if (allowed.empty()) throw Refused{404, "system.http_404", "there is nothing at this path; GET /api/openapi.json lists what there is"};
    throw Refused{405, "system.http_405", fmt::format("this path does not take this method; it takes {}", fmt::join(allowed, ", ")), {{"allow", fmt::format("{}", fmt::join(allowed, ", "))}}};
}

}  // namespace hal0::http
