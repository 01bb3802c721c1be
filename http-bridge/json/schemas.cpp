#include "http-bridge/json/schemas.hpp"

#include "slot/ranges.hpp"
#include "slot/state.hpp"
#include "slot/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace hal0::http {
namespace {

using Json = nlohmann::json;
using Fields = std::vector<std::pair<std::string, Json>>;

Json type(std::string_view name) { return {{"type", name}}; }
Json or_null(std::string_view name) { return {{"type", Json::array({name, "null"})}}; }
Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

template <class E>
Json words() {
    auto all = Json::array();
    for (const auto& known : slot::spellings<E>) all.push_back(known.second);
    return {{"type", "string"}, {"enum", all}};
}

/// An object of which all fields are always there; more may come.
Json object(const Fields& fields) {
    Json properties = Json::object(), required = Json::array();
    for (const auto& [name, schema] : fields) {
        properties[name] = schema;
        required.push_back(name);
    }
    return {{"type", "object"}, {"properties", properties}, {"required", required}};
}

/// The body of a request: what it may have.
Json body(const Fields& fields, const std::vector<std::string>& required = {}) {
    auto schema = object(fields);
    schema["required"] = required;
    return schema;
}

Fields summary_fields() {
    const auto diff = object({{"key", type("string")}, {"running", type("string")}, {"rendered", type("string")}});
    const auto metadata = object({{"updated_at", or_null("number")}, {"message", type("string")}, {"provider", type("string")}, {"backend", or_null("string")}, {"restarts", type("integer")}});
    return {{"name", type("string")}, {"state", words<slot::State>()}, {"status", words<slot::State>()}, {"port", type("integer")}, {"model_id", or_null("string")},
            {"backend", or_null("string")}, {"provider", type("string")}, {"kind", type("string")}, {"metadata", metadata}, {"last_used_at", or_null("number")},
            {"models", list_of(type("string"))}, {"config_drift", object({{"drifted", type("boolean")}, {"diffs", list_of(diff)}})}};
}

Fields detail_fields() {
    auto fields = summary_fields();
    const auto metrics = object({{"toks", type("number")}, {"ttft", or_null("integer")}, {"ctx", type("integer")}, {"kv", or_null("number")}, {"mem", type("number")}});
    const Fields more = {
        {"type", type("string")}, {"device", type("string")}, {"group", type("string")}, {"model_default", or_null("string")}, {"labels", list_of(type("string"))},
        {"enabled", type("boolean")}, {"loaded", type("boolean")}, {"ctx_max", type("integer")}, {"enable_thinking", or_null("boolean")}, {"mtp", or_null("boolean")},
        {"chat_template", or_null("string")}, {"n_gpu_layers", type("integer")}, {"rope_freq_base", or_null("number")}, {"idle_timeout_s", type("integer")},
        {"workers", type("integer")}, {"llamacpp_args", or_null("string")}, {"declared_backend", or_null("string")}, {"container_status", type("string")},
        {"container_health", type("boolean")}, {"runtime", type("string")}, {"profile", type("string")}, {"image", type("string")}, {"device_class", type("string")},
        {"resolved_command", list_of(type("string"))}, {"actual_image", or_null("string")}, {"image_mismatch", type("boolean")}, {"mem_mb", type("number")}, {"metrics", metrics}};
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

Json slot_schema() {
    auto schema = object(detail_fields());
    schema["properties"]["image_status"] = {{"type", "string"}, {"enum", Json::array({"present", "pulling", "missing"})}};
    return schema;
}

Json error_schema() {
    return object({{"error", object({{"code", type("string")}, {"message", type("string")}, {"details", type("object")}})}});
}

Json create_schema() {
    return body({{"name", {{"type", "string"}, {"pattern", "^[a-z0-9][a-z0-9_-]{0,31}$"}}}, {"type", words<slot::Type>()}, {"device", words<slot::Device>()}, {"backend", words<slot::Backend>()},
                 {"provider", words<slot::ProviderId>()}, {"profile", type("string")}, {"port", {{"type", "integer"}, {"minimum", slot::ranges::port.least}, {"maximum", slot::ranges::port.most}}},
                 {"enabled", type("boolean")}, {"model", {{"type", Json::array({"string", "object"})}}}},
                {"name"});
}

Json backend_schema() {
    const Json choices{{"type", "string"}, {"enum", Json::array({"rocm", "vulkan", "cpu", "auto", "gpu-rocm", "gpu-vulkan"})}};
    return body({{"backend", choices}, {"device", choices}});
}

/// What is said of a route beyond its line in the table of routes; every other takes no body and answers with some object.
struct Special {
    std::string_view method, path, body, answer;
    int status = 200;
};
constexpr std::array specials = {
    Special{"GET", "/api/slots", "", "Slots"},
    Special{"POST", "/api/slots", "CreateSlot", "SlotSummary", 201},
    Special{"GET", "/api/slots/{name}", "", "Slot"},
    Special{"PUT", "/api/slots/{name}/config", "Changes", "SlotSummary"},
    Special{"PATCH", "/api/slots/{name}/defaults", "Changes", "SlotSummary"},
    Special{"POST", "/api/slots/{name}/backend", "Backend", "SlotSummary"},
    Special{"POST", "/api/slots/{name}/load", "Load", "SlotSummary"},
    Special{"POST", "/api/slots/{name}/unload", "", "SlotSummary"},
    Special{"POST", "/api/slots/{name}/restart", "", "SlotSummary"},
    Special{"POST", "/api/slots/{name}/swap", "Swap", "SlotSummary"},
    Special{"PUT", "/api/install/slots/{name}/model", "InstallModel", ""},
    Special{"POST", "/api/slots/{name}/pull", "", "", 202},
    Special{"POST", "/api/models", "Model", "", 201},
    Special{"GET", "/api/profiles", "", "List"},
    Special{"GET", "/api/chat-templates", "", "List"},
    Special{"GET", "/api/backends", "", "List"},
    Special{"GET", "/api/secrets", "", "List"},
    Special{"GET", "/api/upstreams", "", "List"},
    Special{"PUT", "/api/user/dashboard-layout", "Changes", ""},
};

const Special* special(const std::string& method, std::string_view path) {
    const auto found = std::find_if(specials.begin(), specials.end(), [&](const auto& known) { return known.method == method && known.path == path; });
    return found == specials.end() ? nullptr : &*found;
}

}  // namespace

Json schemas() {
    return {{"SlotSummary", object(summary_fields())},
            {"Slot", slot_schema()},
            {"Slots", list_of(schema_ref("Slot"))},
            {"List", list_of(Json::object())},
            {"Error", error_schema()},
            {"CreateSlot", create_schema()},
            {"Changes", type("object")},
            {"Backend", backend_schema()},
            {"Load", body({{"model_id", or_null("string")}, {"model", or_null("string")}})},
            {"Swap", body({{"model_id", type("string")}, {"persist", type("boolean")}}, {"model_id"})},
            {"InstallModel", body({{"model_id", type("string")}}, {"model_id"})},
            {"Model", body({{"id", type("string")}, {"path", type("string")}}, {"id", "path"})}};
}

Json schema_ref(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string{name}}}; }

std::string_view body_schema(const std::string& method, std::string_view path) {
    const auto* known = special(method, path);
    return known ? known->body : "";
}

Json answer_schema(const std::string& method, std::string_view path) {
    const auto* known = special(method, path);
    return known && !known->answer.empty() ? schema_ref(known->answer) : type("object");
}

int success_status(const std::string& method, std::string_view path) {
    const auto* known = special(method, path);
    return known ? known->status : 200;
}

Json query_schema(std::string_view parameter) {
    if (parameter == "lines") return {{"type", "integer"}, {"minimum", 0}, {"maximum", 5000}};
    if (parameter == "limit") return {{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}};
    if (parameter == "since") return {{"type", "integer"}, {"minimum", 0}};
    if (parameter == "wait") return {{"type", "number"}, {"minimum", 0}, {"maximum", 600}, {"default", 8}};
    if (parameter == "format") return {{"type", "string"}, {"enum", Json::array({"json", "toml"})}, {"default", "json"}};
    if (parameter == "severity") return {{"type", "string"}, {"enum", Json::array({"debug", "info", "warning", "error"})}};
    return type("string");
}

}  // namespace hal0::http
