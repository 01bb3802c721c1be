#include "http-bridge/json/measures.hpp"
#include "http-bridge/json/slot_json.hpp"
#include "slot/client_config.hpp"
#include "slot/vocabulary.hpp"

namespace hal0::http {
namespace {

using Json = nlohmann::json;
using slot::parse_word;
using slot::to_string;
using slot::Type;

/// What stands in the slot's file, if it is of the kind that is asked for.
const Json* configured(const SlotRecord& slot, std::string_view table, std::string_view key) {
    const auto* in = table.empty() ? &slot.config : slot::find(slot.config, table);
    return in ? slot::find(*in, key) : nullptr;
}
Json text(const Json* value) { return value && value->is_string() ? *value : Json(); }
Json flag(const Json* value) { return value && value->is_boolean() ? *value : Json(); }
Json number(const Json* value) { return value && value->is_number() ? *value : Json(); }
Json whole_number(const Json* value, int otherwise) { return value && value->is_number_integer() ? *value : Json(otherwise); }

/// A key that older files have at the top and newer ones in `[model]`.
const Json* of_model(const SlotRecord& slot, std::string_view key) {
    const auto* value = configured(slot, "model", key);
    return value ? value : configured(slot, "", key);
}

/// The tab of a dashboard. A slot whose file does not say its type right must not vanish from all of them.
std::string_view group(const std::string& type) {
    switch (parse_word<Type>(type).value_or(Type::llm)) {
        case Type::llm: return "chat";
        case Type::embedding:
        case Type::reranking: return "embed";
        case Type::transcription:
        case Type::tts: return "voice";
        case Type::image: return "img";
    }
    return "chat";
}

std::string_view device_class(const std::string& device) {
    const auto known = parse_word<slot::Device>(device);
    return known ? to_string(class_of(*known)) : "";
}

std::string_view container_status(const SlotRecord& slot) {
    if (slot.is_running()) return "running";
    if (slot.state == "pulling" || slot.state == "starting" || slot.state == "warming") return "starting";
    return slot.state == "error" ? "crashed" : "stopped";
}

/// What the file says, in either spelling; else what was decided for it.
Json declared_backend(const SlotRecord& slot) {
    if (auto written = text(configured(slot, "", "backend")); !written.is_null()) return written;
    if (const auto device = slot::text_at(slot.config, "device"))
        if (const auto known = parse_word<slot::Device>(*device)) return to_string(backend_of(*known));
    return text_or_null(slot.backend);
}

Json figures(const SlotRecord& slot) {
    const auto& known = slot.figures;
    return {{"toks", rounded(known.tokens_per_second.value_or(0), 100)}, {"ttft", nullptr}, {"ctx", slot.context_size},
            {"kv", known.kv_cache_usage ? Json(rounded(*known.kv_cache_usage, 10000)) : Json()}, {"mem", gibibytes(known.memory_bytes.value_or(0))}};
}

void add_configuration(Json& out, const SlotRecord& slot) {
    out["type"] = slot.type;
    out["device"] = slot.device;
    out["group"] = group(slot.type);
    out["model_default"] = text_or_null(slot.default_model);
    out["labels"] = slot.labels;
    out["enabled"] = slot.enabled;
    out["loaded"] = slot.loaded;
    out["ctx_max"] = slot.context_size;
    out["enable_thinking"] = flag(of_model(slot, "enable_thinking"));
    out["mtp"] = flag(of_model(slot, "mtp"));
    out["chat_template"] = text(of_model(slot, "chat_template"));
    out["n_gpu_layers"] = whole_number(configured(slot, "model", "n_gpu_layers"), -1);
    out["rope_freq_base"] = number(configured(slot, "model", "rope_freq_base"));
    out["idle_timeout_s"] = slot.idle_timeout_s;
    out["workers"] = whole_number(configured(slot, "server", "parallel"), 1);
    out["llamacpp_args"] = text(configured(slot, "server", "extra_args"));
    out["declared_backend"] = declared_backend(slot);
    out["profile"] = slot.profile;
    out["device_class"] = device_class(slot.device);
}

void add_container(Json& out, const SlotRecord& slot) {
    out["container_status"] = container_status(slot);
    out["container_health"] = slot.is_running() && slot.state != "error";
    out["runtime"] = "container";
    out["image"] = slot.image;
    out["resolved_command"] = slot::words_of(slot.command);
    out["actual_image"] = text_or_null(slot.running_image);
    out["image_mismatch"] = !slot.running_image.empty() && slot.running_image != slot.image;
    if (!slot.image_status.empty()) out["image_status"] = slot.image_status;
    out["mem_mb"] = mebibytes(slot.figures.memory_bytes.value_or(0));
    out["metrics"] = figures(slot);
}

}  // namespace

Json slot_details(const SlotRecord& slot) {
    auto out = slot_summary(slot);
    add_configuration(out, slot);
    add_container(out, slot);
    return out;
}

Json slots_json(const Slots& slots) {
    auto rows = Json::array();
    for (const auto* slot : slots) rows.push_back(slot_details(*slot));
    return rows;
}

}  // namespace hal0::http
