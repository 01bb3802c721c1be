#include "http-bridge/routes/router.hpp"

#include "http-bridge/json/minimal_answers.hpp"
#include "http-bridge/requests/bodies.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::http {
namespace {

const Router& router() {
    static const Router all{all_routes()};
    return all;
}

/// `METHOD template parameter…`, or `status code allow`.
std::string found(std::string_view method, std::string_view path) {
    try {
        const auto match = router().find(method, path);
        return fmt::format("{} {} {}", match.route->method, match.route->path, fmt::join(match.parameters, "|"));
    } catch (const Refused& refused) {
        return fmt::format("{} {} {}", refused.status(), refused.code(), refused.details().value("allow", ""));
    }
}

// A slot of that name could not be asked for.
TEST(Router, NoSlotIsCalledLikeARouteOfAllSlots) {
    const std::string_view folder = "/api/slots/";
    std::size_t seen = 0;
    for (const auto& route : router().routes()) {
        if (!route.path.starts_with(folder) || route.path.find_first_of("/{", folder.size()) != route.path.npos) continue;
        ++seen;
        EXPECT_THROW(create_request(fmt::format(R"({{"name":"{}"}})", route.path.substr(folder.size()))), Refused) << route.path;
    }
    EXPECT_EQ(seen, 2U);
}

struct RouteCase {
    std::string method, path, found;
};

void expect(const std::vector<RouteCase>& cases) {
    for (const auto& c : cases) EXPECT_EQ(found(c.method, c.path), c.found) << c.method << " " << c.path;
}

TEST(Router, FindsEveryRoute) {
    for (const auto& route : router().routes()) {
        std::string path{route.path};
        for (auto open = path.find('{'); open != path.npos; open = path.find('{', open)) path.replace(open, path.find('}', open) + 1 - open, "x");
        const auto match = router().find(route.method, path);
        EXPECT_EQ(match.route, &route) << route.method << " " << route.path;
    }
}

TEST(Router, FindsPlaces) {
    expect({{"GET", "/api/slots/chat", "GET /api/slots/{name} chat"},
            {"POST", "/api/slots/chat/load", "POST /api/slots/{name}/load chat"},
            {"PUT", "/api/install/slots/a b/model", "PUT /api/install/slots/{name}/model a b"},
            {"GET", "/dashboard/main.js", "GET /dashboard/{file} main.js"},
            {"GET", "/", "GET / "},
            {"GET", "/api/slots", "GET /api/slots "}});
}

TEST(Router, PrefersWordsToPlaces) {
    expect({{"GET", "/api/slots/metrics", "GET /api/slots/metrics "},
            {"GET", "/api/slots/capacity", "GET /api/slots/capacity "},
            {"GET", "/api/slots/metric", "GET /api/slots/{name} metric"},
            // The method decides, too: such a slot can be deleted.
            {"DELETE", "/api/slots/metrics", "DELETE /api/slots/{name} metrics"}});
}

TEST(Router, AModelsIdMayHaveSlashes) {
    expect({{"GET", "/api/models/org/qwen:q4", "GET /api/models/{id...} org/qwen:q4"},
            {"DELETE", "/api/models/a//b/", "DELETE /api/models/{id...} a//b/"},
            {"GET", "/api/models", "GET /api/models "},
            {"GET", "/api/models/", "404 system.http_404 "},
            {"GET", "/api/models//a", "404 system.http_404 "}});
}

TEST(Router, HeadGoesWhereGetDoes) {
    expect({{"HEAD", "/api/status", "GET /api/status "}, {"HEAD", "/api/slots/chat", "GET /api/slots/{name} chat"}, {"HEAD", "/api/slots/chat/load", "405 system.http_405 POST"}});
    for (const auto& route : router().routes())
        EXPECT_EQ(found("HEAD", route.path).starts_with("GET "), found("GET", route.path).starts_with("GET ")) << route.path;
}

TEST(Router, KnowsWhatAPathDoesNotTake) {
    expect({{"GET", "/api/slots/chat/load", "405 system.http_405 POST"},
            {"PATCH", "/api/slots", "405 system.http_405 GET, HEAD, POST"},
            {"POST", "/api/slots/chat", "405 system.http_405 DELETE, GET, HEAD"},
            {"DELETE", "/api/slots/chat/config", "405 system.http_405 GET, HEAD, PUT"},
            {"POST", "/api/slots/metrics", "405 system.http_405 DELETE, GET, HEAD"},
            {"PUT", "/api/models/a/b", "405 system.http_405 DELETE, GET, HEAD"},
            {"OPTIONS", "/api/status", "405 system.http_405 GET, HEAD"},
            {"", "/api/status", "405 system.http_405 GET, HEAD"},
            {"get", "/api/status", "405 system.http_405 GET, HEAD"}});
}

TEST(Router, KnowsWhatIsNotThere) {
    for (const auto* path : {"", "api/slots", "/api", "/api/", "/api/nonsense", "/api/slots/", "/api/slots//load", "/api/slots/chat/", "/api/slots/chat/load/", "/api/slots/chat/load/x", "//api/slots", "/API/slots",
                             "/api/slots/{name}/loa", "/dashboard/", "/dashboard", "/dashboard/a/b", "//"})
        EXPECT_EQ(found("GET", path), "404 system.http_404 ") << path;
}

TEST(Router, NeverRepeatsThePath) {
    try {
        router().find("GET", "/secret-path");
        ADD_FAILURE();
    } catch (const Refused& refused) {
        EXPECT_EQ(refused.answer().body.find("secret"), std::string::npos);
    }
}

TEST(MinimalAnswers, AllHaveARoute) {
    ASSERT_FALSE(minimal_answers().empty());
    for (const auto& minimal : minimal_answers()) EXPECT_EQ(found(minimal.method, minimal.path), fmt::format("{} {} ", minimal.method, minimal.path));
}

// http-api.md, 4: where the existing dashboard gets 404 it shows invented data.
TEST(MinimalAnswers, AreWhatTheExistingDashboardFetches) {
    const std::vector<std::pair<std::string, std::string>> wanted = {
        {"/api/backends", "[]"}, {"/api/capabilities", R"({"backends":[],"catalogs":{},"selections":{}})"}, {"/api/secrets", "[]"}, {"/api/services/health", R"({"services":[]})"},
        {"/api/agent/approvals", R"({"approvals":[]})"}, {"/api/upstreams", "[]"}, {"/api/activity", R"({"epoch":"","next_since":0,"records":[]})"}};
    for (const auto& [path, body] : wanted) {
        bool is_there = false;
        for (const auto& minimal : minimal_answers())
            if (minimal.path == path) is_there = minimal.body.dump() == body;
        EXPECT_TRUE(is_there) << path;
    }
    for (const auto* path : {"/api/npu/occupancy", "/api/updates/state", "/api/install/state", "/api/features", "/api/config/urls", "/api/settings/proxmox", "/api/stats/power", "/api/stats/throughput/history",
                             "/api/comfyui/status", "/api/user/dashboard-layout", "/api/chat-templates"})
        EXPECT_EQ(found("GET", path), fmt::format("GET {} ", path));
    EXPECT_EQ(found("PUT", "/api/user/dashboard-layout"), "PUT /api/user/dashboard-layout ");
}

}  // namespace
}  // namespace hal0::http
