// Bodies that hold keys of a file: a slot's, or a model's in the registry.
#include "http-bridge/http/answer.hpp"
#include "http-bridge/requests/bodies.hpp"
#include "http-bridge/requests/body.hpp"
#include "http-bridge/requests/fields.hpp"
#include "slot/client_config.hpp"
#include "slot/name.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hal0::http {
namespace {

using Json = nlohmann::json;

/// Takes out what is null, which means "not given". The depth is that of a body.
void drop_nulls(Json& object) {
    for (auto at = object.begin(); at != object.end();) {
        if (at->is_null()) {
            at = object.erase(at);
            continue;
        }
        if (at->is_object()) drop_nulls(*at);
        ++at;
    }
}

void expand_model(Json& config) {
    const auto model = config.find("model");
    if (model != config.end() && model->is_string()) *model = Json{{"default", *model}};
}

// GET /api/slots/metrics and the like are not slots: one of such a name, made on another way, shows in the list only.
constexpr std::array<std::string_view, 2> routes_of_all_slots = {"capacity", "metrics"};

void refuse_bad_name(const std::string& name) {
    if (!slot::SlotName::parse(name))
        throw Refused{400, "slot.name_invalid", "the name is not one that a slot can have: 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit"};
    if (std::find(routes_of_all_slots.begin(), routes_of_all_slots.end(), name) != routes_of_all_slots.end())
        throw Refused{400, "slot.name_invalid", "a slot cannot be called " + name + ": GET /api/slots/" + name + " is about all slots; choose another name"};
}

/// Takes a text out of the body that has been found right.
std::string taken(Json& body, const char* key) {
    auto text = body[key].get<std::string>();
    body.erase(key);
    return text;
}

}  // namespace

CreateRequest create_request(std::string_view text) {
    auto body = parse_body(text);
    if (is_missing(body, "name")) throw Refused{400, "slot.name_required", "a slot needs a name: 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit"};
    if (body["name"].is_string()) refuse_bad_name(body["name"].get_ref<const std::string&>());
    drop_nulls(body);
    expand_model(body);
    BadFields bad;
    check_fields(body, slot_fields(), "", bad);
    bad.refuse_if_any();
    auto name = taken(body, "name");
    return {std::move(name), std::move(body)};
}

Json config_changes(std::string_view text) {
    auto changes = parse_body(text);
    expand_model(changes);
    BadFields bad;
    check_fields(changes, slot_fields(), "", bad);
    bad.refuse_if_any();
    return changes;
}

Json defaults_changes(std::string_view text) {
    auto changes = parse_body(text);
    BadFields bad;
    check_fields(changes, slot_fields(), "model", bad);
    bad.refuse_if_any();
    return {{"model", std::move(changes)}};
}

ModelRequest model_request(std::string_view text) {
    auto body = parse_body(text);
    // A row as GET gives it may come back.
    for (const auto* shown : {"ns", "installed", "object", "owned_by"}) body.erase(shown);
    drop_nulls(body);
    BadFields bad;
    check_fields(body, model_fields(), "", bad);
    for (const auto* key : {"id", "path"})
        if (is_missing(body, key)) bad.add({"body", key}, "missing", "is required");
    if (const auto id = slot::text_at(body, "id"); id && !id->empty() && !slot::ModelId::parse(*id))
        bad.add({"body", "id"}, "value_error", "is not a model's id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit");
    bad.refuse_if_any();
    auto id = taken(body, "id");
    return {std::move(id), std::move(body)};
}

}  // namespace hal0::http
