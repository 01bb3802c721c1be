// The document is held against the table of routes, in both directions, and against what the bridge really answers.
#include "http-bridge/json/openapi.hpp"

#include "http-bridge/json/catalog_json.hpp"
#include "http-bridge/json/minimal_answers.hpp"
#include "http-bridge/json/slot_json.hpp"
#include "http-bridge/routes/route.hpp"
#include "tests/http-bridge/json/sample_slots.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hal0::http {
namespace {

using nlohmann::json;
using Names = std::multiset<std::string>;

const json& document() {
    static const auto made = openapi(described(all_routes()), "1.2.3");
    return made;
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// The path without what OpenAPI has no word for, and the names of its places.
std::pair<std::string, Names> plain(std::string_view path) {
    std::string out;
    Names places;
    for (std::size_t at = 0; at < path.size(); ++at) {
        if (path.substr(at, 4) == "...}") at += 3;
        out += path[at];
        if (path[at] == '{') places.emplace(path.substr(at + 1, path.find_first_of(".}", at) - at - 1));
    }
    return {out, places};
}

Names parameters(const json& operation, std::string_view in) {
    Names names;
    for (const auto& parameter : operation.value("parameters", json::array()))
        if (parameter.at("in") == in) names.insert(parameter.at("name"));
    return names;
}

// http-api.md, 3 and 4: every other route's success is 200.
const std::map<std::pair<std::string, std::string>, std::string> other_status = {{{"POST", "/api/slots"}, "201"}, {{"POST", "/api/models"}, "201"}, {{"POST", "/api/slots/{name}/pull"}, "202"}};

TEST(OpenApi, HasEveryRoute) {
    for (const auto& route : all_routes()) {
        const auto [path, places] = plain(route.path);
        SCOPED_TRACE(std::string{route.method} + " " + path);
        ASSERT_TRUE(document()["paths"].contains(path) && document()["paths"][path].contains(lower(route.method)));
        const auto& operation = document()["paths"][path][lower(route.method)];
        EXPECT_EQ(operation["summary"], route.summary);
        EXPECT_EQ(parameters(operation, "path"), places);
        EXPECT_EQ(parameters(operation, "query"), Names(route.query.begin(), route.query.end()));
        const auto status = other_status.find({std::string{route.method}, path});
        const auto success = status == other_status.end() ? "200" : status->second;
        ASSERT_EQ(operation["responses"].size(), 2U);
        ASSERT_TRUE(operation["responses"].contains(success));
        EXPECT_EQ(operation["responses"]["default"]["content"]["application/json"]["schema"].dump(), R"({"$ref":"#/components/schemas/Error"})");
        const auto& content = operation["responses"][success]["content"];
        EXPECT_EQ(content.contains("text/event-stream"), std::holds_alternative<Follow>(route.handle));
        EXPECT_EQ(content.contains("application/json"), path.starts_with("/api/") && path != "/api/metrics/prometheus" && !std::holds_alternative<Follow>(route.handle));
    }
}

TEST(OpenApi, HasNothingElse) {
    std::set<std::pair<std::string, std::string>> routes;
    for (const auto& route : all_routes()) EXPECT_TRUE(routes.emplace(plain(route.path).first, lower(route.method)).second) << "twice: " << route.method << " " << route.path;
    std::size_t operations = 0;
    for (const auto& [path, item] : document()["paths"].items())
        for (const auto& [method, operation] : item.items()) {
            EXPECT_TRUE(routes.contains({path, method})) << method << " " << path;
            ++operations;
        }
    EXPECT_EQ(operations, routes.size());
}

TEST(OpenApi, IsOpenApi) {
    EXPECT_EQ(document()["openapi"], "3.1.0");
    EXPECT_EQ(document()["info"].dump(), R"({"title":"hal0","version":"1.2.3"})");
    std::set<std::string> ids;
    for (const auto& [path, item] : document()["paths"].items()) {
        EXPECT_TRUE(path.starts_with("/")) << path;
        EXPECT_EQ(path.find("..."), path.npos) << path;
        for (const auto& [method, operation] : item.items()) {
            EXPECT_TRUE(std::set<std::string>({"get", "put", "post", "patch", "delete"}).contains(method)) << method;
            EXPECT_TRUE(ids.insert(operation.at("operationId")).second) << operation["operationId"];
            EXPECT_FALSE(operation.at("tags").at(0).get<std::string>().empty()) << path;
            for (const auto& [status, response] : operation.at("responses").items()) {
                EXPECT_TRUE(response.at("description").is_string()) << path << " " << status;
                for (const auto& [type, media] : response.at("content").items()) EXPECT_TRUE(media.at("schema").is_object()) << path << " " << type;
            }
            for (const auto& parameter : operation.value("parameters", json::array())) {
                EXPECT_TRUE(parameter.at("schema").is_object()) << path;
                EXPECT_EQ(parameter.at("required"), parameter["in"] == "path") << path;
            }
        }
    }
}

/// Every reference below `node`.
void collect_references(const json& node, std::set<std::string>& found) {
    if (!node.is_structured()) return;
    for (const auto& [key, value] : node.items()) {
        if (key == "$ref") found.insert(value.get<std::string>());
        collect_references(value, found);
    }
}

TEST(OpenApi, EveryReferenceResolvesAndEverySchemaIsUsed) {
    std::set<std::string> references;
    collect_references(document(), references);
    for (const auto& reference : references) {
        ASSERT_TRUE(reference.starts_with("#/")) << reference;
        EXPECT_TRUE(document().contains(json::json_pointer{reference.substr(1)})) << reference;
    }
    for (const auto& [name, schema] : document()["components"]["schemas"].items()) EXPECT_TRUE(references.contains("#/components/schemas/" + name)) << name;
}

TEST(OpenApi, SaysWhichRoutesTakeABody) {
    const std::map<std::string, std::string> wanted = {
        {"post /api/slots", "CreateSlot"}, {"put /api/slots/{name}/config", "Changes"}, {"patch /api/slots/{name}/defaults", "Changes"}, {"post /api/slots/{name}/backend", "Backend"},
        {"post /api/slots/{name}/load", "Load"}, {"post /api/slots/{name}/swap", "Swap"}, {"put /api/install/slots/{name}/model", "InstallModel"}, {"post /api/models", "Model"},
        {"put /api/user/dashboard-layout", "Changes"}};
    std::map<std::string, std::string> found;
    for (const auto& [path, item] : document()["paths"].items())
        for (const auto& [method, operation] : item.items())
            if (operation.contains("requestBody")) {
                const std::string reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
                found[method + " " + path] = reference.substr(reference.rfind('/') + 1);
                EXPECT_EQ(operation["requestBody"]["required"], path != "/api/slots/{name}/load") << path;
            }
    EXPECT_EQ(found, wanted);
}

TEST(OpenApi, AConfigurationIsTextToo) {
    const auto& config = document()["paths"]["/api/slots/{name}/config"];
    EXPECT_TRUE(config["get"]["responses"]["200"]["content"].contains("text/plain"));
    EXPECT_TRUE(config["put"]["requestBody"]["content"].contains("text/plain"));
}

bool is_of_type(const json& value, const std::string& type) {
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "null") return value.is_null();
    return type == "array" ? value.is_array() : type == "object" && value.is_object();
}

/// Where `value` is not what the schema says; empty if nowhere. Of JSON Schema it knows what the document uses.
std::string misfit(const json& schema, const json& value, const std::string& where = "") {
    if (schema.contains("$ref")) return misfit(document()[json::json_pointer{schema["$ref"].get<std::string>().substr(1)}], value, where);
    if (schema.contains("type")) {
        const auto types = schema["type"].is_array() ? schema["type"] : json::array({schema["type"]});
        if (std::none_of(types.begin(), types.end(), [&](const auto& type) { return is_of_type(value, type); })) return where + " is not " + types.dump();
    }
    if (schema.contains("enum") && std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) return where + " is not one of the words";
    for (const auto& key : schema.value("required", json::array()))
        if (!value.contains(key)) return where + "/" + key.get<std::string>() + " is missing";
    const auto properties = schema.value("properties", json::object());
    for (const auto& [key, inner] : properties.items())
        if (value.contains(key))
            if (const auto wrong = misfit(inner, value[key], where + "/" + key); !wrong.empty()) return wrong;
    for (std::size_t i = 0; schema.contains("items") && i < value.size(); ++i)
        if (const auto wrong = misfit(schema["items"], value[i], where + "/" + std::to_string(i)); !wrong.empty()) return wrong;
    return "";
}

json success_schema(std::string_view method, const std::string& path) {
    for (const auto& [status, response] : document().at("paths").at(path).at(lower(method)).at("responses").items())
        if (status != "default") return response["content"]["application/json"]["schema"];
    return {};
}

TEST(OpenApi, DescribesTheAnswers) {
    for (const auto& slot : {full_slot(), bare_slot(), failed_slot()}) {
        EXPECT_EQ(misfit(success_schema("GET", "/api/slots/{name}"), slot_details(slot)), "");
        EXPECT_EQ(misfit(success_schema("GET", "/api/slots"), slots_json({&slot})), "");
        for (const auto* operation : {"load", "unload", "restart", "swap", "backend"}) EXPECT_EQ(misfit(success_schema("POST", std::string{"/api/slots/{name}/"} + operation), slot_summary(slot)), "") << operation;
        EXPECT_EQ(misfit(success_schema("POST", "/api/slots/{name}/pull"), pull_json(slot, false)), "");
    }
    EXPECT_EQ(misfit(success_schema("GET", "/api/profiles"), profiles_json({}, {})), "");
    EXPECT_EQ(misfit(success_schema("GET", "/api/models"), models_json({})), "");
    EXPECT_EQ(misfit({{"$ref", "#/components/schemas/Error"}}, json::parse(Refused{404, "slot.not_found", "why"}.answer().body)), "");
    for (const auto& minimal : minimal_answers()) EXPECT_EQ(misfit(success_schema(minimal.method, std::string{minimal.path}), minimal.body), "") << minimal.path;
}

// Who describes fields that are not there, would go unnoticed by what is above: everything may be more than is said.
TEST(OpenApi, DescribesEveryFieldOfASlot) {
    const auto& known = document()["components"]["schemas"];
    const auto details = slot_details(full_slot()), summary = slot_summary(full_slot());
    for (const auto& [key, value] : details.items()) EXPECT_TRUE(known["Slot"]["properties"].contains(key)) << key;
    for (const auto& [key, value] : summary.items()) EXPECT_TRUE(known["SlotSummary"]["properties"].contains(key)) << key;
    auto broken = details;
    broken["port"] = "8081";
    EXPECT_EQ(misfit(known["Slot"], broken), "/port is not [\"integer\"]");
    broken.erase("port");
    EXPECT_EQ(misfit(known["Slot"], broken), "/port is missing");
}

}  // namespace
}  // namespace hal0::http
