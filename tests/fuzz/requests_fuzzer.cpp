// A libFuzzer target: whatever a client sends as a body or a query, it is either refused, as an answer that http-api.md, 1,
// allows, or what is made of it fits the bounds: given back, it gives the same, and slot/ takes it, too.
// The input is a body; behind a line `#### query` stand the query's parameters, `name=value` in a line each.

#include "http-bridge/requests/bodies.hpp"
#include "http-bridge/requests/query.hpp"
#include "slot/client_config.hpp"
#include "slot/name.hpp"
#include "slot/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace hal0::http {
namespace {

using Json = nlohmann::json;

[[noreturn]] void fail(const std::string& problem) { throw std::runtime_error{problem}; }
void demand(bool holds, const char* problem) {
    if (!holds) fail(problem);
}

/// Nobody makes the bridge write more than this about a request.
constexpr std::size_t longest_refusal = 512 * 1024;
constexpr std::array<std::string_view, 9> types = {"missing", "int_parsing", "string_type", "bool_type", "greater_than_equal", "less_than_equal", "literal_error", "value_error", "extra_forbidden"};
constexpr std::array<std::string_view, 8> codes = {"request.invalid_json", "request.not_an_object", "slot.name_required", "slot.name_invalid", "swap.missing_model", "backend.missing", "backend.not_selectable", "validation.invalid"};

void check_field(const Json& field) {
    if (std::find(types.begin(), types.end(), field.at("type").get<std::string>()) == types.end()) fail("a type of no list: " + field.dump());
    if (field.at("msg").get<std::string>().empty()) fail("a field without a reason: " + field.dump());
    const auto& where = field.at("loc");
    if (!where.is_array() || where.empty() || (where[0] != "body" && where[0] != "query")) fail("a field without a place: " + field.dump());
}

void check_refusal(const Refused& refused) {
    const auto answer = refused.answer();
    if (answer.body.size() > longest_refusal) fail("a refusal of " + std::to_string(answer.body.size()) + " bytes");
    const auto error = Json::parse(answer.body).at("error");
    const bool is_validation = error.at("code") == "validation.invalid";
    if (refused.status() != (is_validation ? 422 : 400) || std::find(codes.begin(), codes.end(), refused.code()) == codes.end()) fail("not a refusal of http-api.md: " + answer.body);
    const auto message = error.at("message").get<std::string>();
    if (message.empty() || std::any_of(message.begin(), message.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) fail("not a sentence: " + answer.body);
    if (!is_validation) return;
    if (error.at("details").at("fields").empty()) fail("refused, but nothing is wrong: " + answer.body);
    for (const auto& field : error.at("details").at("fields")) check_field(field);
}

/// What `read` makes of the request; nothing if it is refused.
template <class Read>
auto accepted(Read read) -> std::optional<decltype(read())> {
    try {
        return read();
    } catch (const Refused& refused) {
        check_refusal(refused);
        return std::nullopt;
    }
}

void check_acceptable(const Json& config) {
    if (const auto problem = slot::unacceptable(config)) fail("slot/ does not take it: " + problem->message);
}

void check_create(std::string_view body) {
    const auto wanted = accepted([&] { return create_request(body); });
    if (!wanted) return;
    demand(static_cast<bool>(slot::SlotName::parse(wanted->name)), "a name that is none");
    check_acceptable(wanted->config);
    auto back = wanted->config;
    back["name"] = wanted->name;
    const auto again = create_request(back.dump());
    demand(again.name == wanted->name && again.config == wanted->config, "a slot that is another one when given back");
}

void check_changes(std::string_view body) {
    if (const auto changes = accepted([&] { return config_changes(body); })) {
        check_acceptable(*changes);
        demand(config_changes(changes->dump()) == *changes, "changes that are others when given back");
    }
    if (const auto changes = accepted([&] { return defaults_changes(body); })) {
        check_acceptable(*changes);
        demand(defaults_changes(changes->at("model").dump()) == *changes, "defaults that are others when given back");
    }
}

void check_model(std::string_view body) {
    const auto wanted = accepted([&] { return model_request(body); });
    if (!wanted) return;
    demand(static_cast<bool>(slot::ModelId::parse(wanted->id)), "an id that is none");
    check_acceptable(wanted->properties);
    auto back = wanted->properties;
    back["id"] = wanted->id;
    const auto again = model_request(back.dump());
    demand(again.id == wanted->id && again.properties == wanted->properties, "a model that is another one when given back");
}

bool is_text(const std::string& text) { return !text.empty() && text.size() <= slot::client_config::longest_text && text.find('\0') == text.npos; }

void check_operations(std::string_view body) {
    if (const auto model = accepted([&] { return load_request(body); }); model && *model) {
        demand(is_text(**model), "a model's id that is no text");
        demand(load_request(Json{{"model", **model}}.dump()) == *model, "a load that is another one when given back");
    }
    if (const auto wanted = accepted([&] { return swap_request(body); })) {
        demand(is_text(wanted->model_id), "a model's id that is no text");
        const auto again = swap_request(Json{{"model_id", wanted->model_id}, {"persist", wanted->persist}}.dump());
        demand(again.model_id == wanted->model_id && again.persist == wanted->persist, "a swap that is another one when given back");
    }
    if (const auto model = accepted([&] { return install_model_request(body); })) {
        demand(is_text(*model) && install_model_request(Json{{"model_id", *model}}.dump()) == *model, "a default model that is another one when given back");
    }
    const Json hardware{{"default_hardware", "cpu"}};
    if (const auto wanted = accepted([&] { return backend_request(body, hardware); })) {
        demand(slot::parse_word<slot::Device>(wanted->device).has_value(), "a device that is none");
        const auto again = backend_request(Json{{"backend", wanted->requested}}.dump(), hardware);
        demand(again.device == wanted->device && again.requested == wanted->requested, "hardware that is other when given back");
    }
}

Request asked(const std::string& name, const std::string& value) { return {.method = "GET", .query = {{name, value}}}; }

void check_query(const Request& request) {
    for (const std::size_t otherwise : {0U, 200U}) {
        const auto lines = accepted([&] { return lines_query(request, otherwise); });
        if (lines) demand(*lines <= 5000 && (*lines > 0 || otherwise == 0) && lines_query(asked("lines", std::to_string(*lines)), otherwise) == *lines, "lines beyond their bounds");
    }
    if (const auto wait = accepted([&] { return wait_query(request); })) {
        const auto seconds = fmt::format("{}.{:03}", wait->count() / 1000, wait->count() % 1000);
        demand(wait->count() >= 0 && wait->count() <= 600'000 && wait_query(asked("wait", seconds)) == *wait, "a wait beyond its bounds");
    }
    if (const auto page = accepted([&] { return page_query(request); })) {
        demand(page->limit >= 1 && page->limit <= 1000, "a limit beyond its bounds");
        demand(*page == PageQuery{since_query(request), severity_query(request), limit_query(request)}, "parameters that mean something else together");
        auto back = asked("limit", std::to_string(page->limit));
        if (page->since) back.query.emplace("since", std::to_string(*page->since));
        if (!page->severity.empty()) back.query.emplace("severity", page->severity);
        demand(page_query(back) == *page, "a page that is another one when given back");
    }
    accepted([&] { return format_query(request); });
}

/// Takes the query off the end of the input.
Request take_query(std::string_view& input) {
    constexpr std::string_view marker = "\n#### query\n";
    Request request{.method = "GET"};
    const auto begin = input.find(marker);
    if (begin == input.npos) return request;
    auto lines = input.substr(begin + marker.size());
    input = input.substr(0, begin);
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find('\n'));
        const auto equals = std::min(line.find('='), line.size());
        request.query.emplace(line.substr(0, equals), line.substr(std::min(equals + 1, line.size())));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    }
    return request;
}

}  // namespace
}  // namespace hal0::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body{reinterpret_cast<const char*>(data), size};
    const auto query = hal0::http::take_query(body);
    hal0::http::check_create(body);
    hal0::http::check_changes(body);
    hal0::http::check_model(body);
    hal0::http::check_operations(body);
    hal0::http::check_query(query);
    return 0;
}
