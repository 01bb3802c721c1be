#include "http-bridge/json/catalog_json.hpp"

#include "http-bridge/json/measures.hpp"
#include "slot/client_config.hpp"
#include "slot/provider.hpp"

namespace hal0::http {
namespace {

using Json = nlohmann::json;
using slot::ProviderId;
using slot::Type;

std::string text(const Json& row, std::string_view key) { return slot::text_at(row, key).value_or(""); }

bool flag(const Json& row, std::string_view key) {
    const auto* value = slot::find(row, key);
    return value && value->is_boolean() && value->get<bool>();
}

Json served_types(const slot::Provider& server) {
    switch (server.id) {
        case ProviderId::kokoro: return Json::array({to_string(Type::tts)});
        case ProviderId::moonshine: return Json::array({to_string(Type::transcription)});
        case ProviderId::comfyui: return Json::array({to_string(Type::image)});
        case ProviderId::llama_server:
        case ProviderId::flm: break;
    }
    auto types = Json::array({to_string(Type::llm)});
    if (!server.embedding.empty()) types.push_back(to_string(Type::embedding));
    if (!server.reranking.empty()) types.push_back(to_string(Type::reranking));
    return types;
}

Json supported_types(const Json& row) {
    if (const auto* said = slot::find(row, "supported_slot_types"); said && said->is_array()) return *said;
    const auto known = slot::parse_word<ProviderId>(text(row, "provider"));
    return known ? served_types(slot::provider(*known)) : Json::array();
}

Json profile_json(const Json& row, const Slots& slots) {
    const auto name = text(row, "name");
    auto users = Json::array();
    for (const auto* slot : slots)
        if (slot->profile == name) users.push_back(slot->name);
    return {{"name", name}, {"image", text(row, "image")}, {"flags", text(row, "flags")}, {"resolved_flags", text(row, "flags")}, {"mtp", flag(row, "mtp")},
            {"device_class", text_or_null(text(row, "device_class"))}, {"backend", text_or_null(text(row, "backend"))}, {"seed", flag(row, "seed")},
            {"runtime_family", text(row, "provider")}, {"supported_slot_types", supported_types(row)}, {"cloned_from", nullptr},
            {"intent", text_or_null(text(row, "intent"))}, {"quant", text_or_null(text(row, "quant"))}, {"tps", nullptr}, {"rtf", nullptr}, {"used_by", std::move(users)}};
}

}  // namespace

Json model_json(const Json& row) {
    Json out{{"id", ""}, {"name", ""}, {"path", ""}, {"size_bytes", nullptr}, {"license", nullptr}, {"capabilities", Json::array()}, {"hf_repo", nullptr},
             {"hf_filename", nullptr}, {"tags", Json::array()}, {"backends", Json::array()}, {"mmproj", nullptr}, {"defaults", Json::object()},
             {"metadata", Json::object()}, {"installed", nullptr}, {"created", nullptr}, {"type", nullptr}};
    if (row.is_object()) out.update(row);
    out.update({{"ns", "pulled"}, {"object", "model"}, {"owned_by", "local"}});
    return out;
}

Json models_json(const std::vector<Json>& rows) {
    auto models = Json::array();
    for (const auto& row : rows) models.push_back(model_json(row));
    return {{"models", std::move(models)}, {"count", rows.size()}, {"filtered_aliases", 0}};
}

Json profiles_json(const std::vector<Json>& rows, const Slots& slots) {
    auto profiles = Json::array();
    for (const auto& row : rows) profiles.push_back(profile_json(row, slots));
    return profiles;
}

}  // namespace hal0::http
