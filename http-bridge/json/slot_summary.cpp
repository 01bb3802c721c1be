#include "http-bridge/json/measures.hpp"
#include "http-bridge/json/slot_json.hpp"

namespace hal0::http {
namespace {

using Json = nlohmann::json;

Json drift(const SlotRecord& slot) {
    auto diffs = Json::array();
    for (const auto& [key, running, configured] : slot.drift) diffs.push_back({{"key", key}, {"running", running}, {"rendered", configured}});
    return {{"drifted", !diffs.empty()}, {"diffs", std::move(diffs)}};
}

Json metadata(const SlotRecord& slot) {
    return {{"updated_at", epoch_seconds(slot.state_changed_at)}, {"message", slot.message}, {"provider", slot.provider},
            {"backend", text_or_null(slot.backend)}, {"restarts", slot.restarts}};
}

}  // namespace

Json slot_summary(const SlotRecord& slot) {
    return {{"name", slot.name}, {"state", slot.state}, {"status", slot.state}, {"port", slot.port}, {"model_id", text_or_null(slot.model)},
            {"backend", text_or_null(slot.backend)}, {"provider", slot.provider}, {"kind", "local"}, {"metadata", metadata(slot)},
            {"last_used_at", epoch_seconds(slot.last_used_at)}, {"models", slot.models}, {"config_drift", drift(slot)}};
}

Json state_json(const SlotRecord& slot) {
    return {{"name", slot.name}, {"state", slot.state}, {"port", slot.port}, {"model_id", text_or_null(slot.model)}, {"backend", text_or_null(slot.backend)}};
}

Json state_frame_json(const SlotRecord& slot) {
    auto frame = state_json(slot);
    frame["message"] = slot.message;
    frame["updated_at"] = epoch_seconds(slot.state_changed_at);
    return frame;
}

Json pull_json(const SlotRecord& slot, bool resumed) {
    const auto& [pull, layer, layers] = slot.pull;
    // http-api.md, 5, has no word for "not known"; as long as nobody has seen it here, it has to be fetched.
    const std::string known = slot.image_status.empty() ? "missing" : slot.image_status;
    const auto state = pull.empty() ? known : pull;
    auto error = Json();
    if (state == "failed") error = slot.message.empty() ? "the image could not be fetched; the log of the slot says why" : slot.message;
    return {{"resumed", resumed}, {"slot_name", slot.name}, {"image", slot.image}, {"state", state}, {"layer", layer}, {"total_layers", layers}, {"error", error}};
}

Json status_json(const std::string& version, const Slots& slots) {
    auto rows = Json::array();
    for (const auto* slot : slots) rows.push_back(slot_summary(*slot));
    return {{"name", "hal0"}, {"version", version}, {"status", "ok"}, {"hardware", nullptr}, {"slots", std::move(rows)},
            {"upstreams", Json::array()}, {"memory_enabled", false}};
}

}  // namespace hal0::http
