#include "http-bridge/json/measures.hpp"
#include "http-bridge/json/slot_json.hpp"

namespace hal0::http {
namespace {

using Json = nlohmann::json;

Json figures_of(const SlotRecord& slot, std::uint64_t now) {
    const auto& known = slot.figures;
    Json row{{"name", slot.name}, {"mem_rss_mb", mebibytes(known.memory_bytes.value_or(0))},
             // The clock may have been set back since.
             {"uptime_seconds", now > slot.active_since ? (now - slot.active_since) / 1'000'000 : 0}, {"requests_processing", slot.requests_in_flight}};
    if (known.tokens_per_second) {
        row["tokens_per_sec"] = rounded(*known.tokens_per_second, 100);
        // Who tells the one tells the other; of anybody else's server 0 would be a guess.
        row["requests_deferred"] = known.requests_deferred;
    }
    if (known.kv_cache_usage) row["kv_cache_usage"] = rounded(*known.kv_cache_usage, 10000);
    return row;
}

}  // namespace

Json metrics_json(const Slots& slots, std::uint64_t now) {
    auto rows = Json::object();
    for (const auto* slot : slots)
        if (slot->is_running()) rows[slot->name] = figures_of(*slot, now);
    return rows;
}

Json capacity_json(const Slots& slots) {
    auto rows = Json::object();
    for (const auto* slot : slots) {
        if (!slot->is_running()) continue;
        const auto memory = mebibytes(slot->figures.memory_bytes.value_or(0));
        rows[slot->name] = {{"vram_mb", nullptr}, {"ram_mb", memory}, {"mem_mb", memory}, {"state", slot->state}, {"model_id", text_or_null(slot->model)}};
    }
    return rows;
}

}  // namespace hal0::http
