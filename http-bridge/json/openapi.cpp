#include "http-bridge/json/openapi.hpp"

#include "http-bridge/json/schemas.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace hal0::http {
namespace {

using Json = nlohmann::json;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// The path as OpenAPI writes it: it has no word for a place that takes slashes.
std::string plain_path(std::string path) {
    if (const auto dots = path.find("...}"); dots != path.npos) path.erase(dots, 3);
    return path;
}

std::vector<std::string> places(const std::string& path) {
    std::vector<std::string> names;
    for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) names.push_back(path.substr(open + 1, path.find('}', open) - open - 1));
    return names;
}

/// The area of a path: its first word behind /api.
std::string tag(const std::string& path) {
    constexpr std::string_view api = "/api/";
    if (!path.starts_with(api)) return path == "/metrics" ? "metrics" : "dashboard";
    return path.substr(api.size(), path.find('/', api.size()) - api.size());
}

/// `post_api_slots_name_load`: unique, for client generators.
std::string operation_id(const std::string& method, const std::string& path) {
    auto id = lower(method);
    bool word_begins = true;
    for (const char c : path) {
        if (!std::isalnum(static_cast<unsigned char>(c))) {
            word_begins = true;
            continue;
        }
        if (word_begins) id += '_';
        id += c;
        word_begins = false;
    }
    return id;
}

Json parameters(const RouteDescription& route) {
    auto all = Json::array();
    for (const auto& name : places(plain_path(route.path_template))) all.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
    for (const auto& name : route.query) all.push_back({{"name", name}, {"in", "query"}, {"required", false}, {"schema", query_schema(name)}});
    return all;
}

Json text(const char* media_type) { return {{media_type, {{"schema", {{"type", "string"}}}}}}; }

/// What is given or shown as JSON, and, of a configuration, as the text of its file, too.
Json json_or_text(const RouteDescription& route, bool has_text, Json schema) {
    auto media = has_text && std::find(route.query.begin(), route.query.end(), "format") != route.query.end() ? text("text/plain") : Json::object();
    media["application/json"]["schema"] = std::move(schema);
    return media;
}

Json content(const RouteDescription& route) {
    if (route.is_stream) return text("text/event-stream");
    const auto area = tag(route.path_template);
    if (area == "metrics") return text("text/plain");
    if (area == "dashboard") return text("text/html");
    return json_or_text(route, route.method == "GET", answer_schema(route.method, route.path_template));
}

Json operation(const RouteDescription& route) {
    const auto status = std::to_string(success_status(route.method, route.path_template));
    Json out{{"operationId", operation_id(route.method, plain_path(route.path_template))}, {"summary", route.summary}, {"tags", Json::array({tag(route.path_template)})},
             {"responses", {{status, {{"description", route.summary}, {"content", content(route)}}},
                            {"default", {{"description", "The request is refused, or failed"}, {"content", {{"application/json", {{"schema", schema_ref("Error")}}}}}}}}}};
    if (auto all = parameters(route); !all.empty()) out["parameters"] = std::move(all);
    if (const auto body = body_schema(route.method, route.path_template); !body.empty())
        out["requestBody"] = {{"required", body != "Load"}, {"content", json_or_text(route, true, schema_ref(body))}};
    return out;
}

}  // namespace

Json openapi(const std::vector<RouteDescription>& routes, const std::string& version) {
    auto paths = Json::object();
    for (const auto& route : routes) paths[plain_path(route.path_template)][lower(route.method)] = operation(route);
    return {{"openapi", "3.1.0"}, {"info", {{"title", "hal0"}, {"version", version}}}, {"paths", std::move(paths)}, {"components", {{"schemas", schemas()}}}};
}

}  // namespace hal0::http
