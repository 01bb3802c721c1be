#include "http-bridge/json/host_json.hpp"

#include "http-bridge/json/measures.hpp"

namespace hal0::http {
namespace {

using Json = nlohmann::json;

// A slot's file is a few KiB; with less than this a change of one cannot be counted on.
constexpr std::uint64_t least_free_mb = 16;

Json disk_check(std::optional<std::uint64_t> free_mb, const std::string& path) {
    const bool ok = free_mb && *free_mb >= least_free_mb;
    return {{"ok", ok}, {"status", ok ? "ok" : free_mb ? "low" : "unknown"}, {"free_mb", free_mb ? Json(*free_mb) : Json()}, {"path", path}};
}

Json slots_check(bool known, const Slots& slots) {
    auto errored = Json::array();
    for (const auto* slot : slots)
        if (slot->state == "error") errored.push_back(slot->name);
    const bool ok = known && errored.empty();
    return {{"ok", ok}, {"status", !known ? "unknown" : ok ? "ok" : "degraded"}, {"slots", slots.size()}, {"errored", std::move(errored)}};
}

}  // namespace

Json hardware_json(const Json& hardware, const HostFigures& figures, std::uint64_t now) {
    Json out{{"hostname", nullptr}, {"kernel", nullptr}, {"distro", nullptr}, {"cpu_model", nullptr}, {"cpu_cores", nullptr}, {"cpu_threads", nullptr},
             {"ram_mb", figures.ram_mb}, {"gpus", Json::array()}, {"npu", {{"present", false}, {"vendor", ""}, {"name", ""}, {"driver", ""}}},
             {"platform", nullptr}, {"probed_at", epoch_seconds(now)}, {"default_hardware", nullptr}};
    if (hardware.is_object()) out.update(hardware);
    out["uptime_s"] = figures.uptime_s;
    out["ram_available_mb"] = figures.ram_available_mb;
    return out;
}

Json stats_hardware_json(const Json& hardware, const HostFigures& figures, std::uint64_t now, const Slots& slots) {
    auto out = hardware_json(hardware, figures, now);
    out["ram_used_mb"] = figures.ram_mb > figures.ram_available_mb ? figures.ram_mb - figures.ram_available_mb : 0;
    out["cpu_util"] = rounded(figures.cpu_util, 1000);
    out["per_slot"] = capacity_json(slots);
    return out;
}

Json health_system_json(const std::string& problem, const Slots& slots, std::optional<std::uint64_t> free_mb, const std::string& path) {
    const bool answers = problem.empty();
    Json checks{{"dbus", {{"ok", answers}, {"status", answers ? "ok" : "unavailable"}, {"detail", answers ? "hal0d answers" : problem}}},
                {"slots", slots_check(answers, slots)}, {"disk_config", disk_check(free_mb, path)}};
    bool ok = true;
    for (const auto& check : checks) ok = ok && check["ok"].get<bool>();
    return {{"status", ok ? "ok" : "degraded"}, {"checks", std::move(checks)}};
}

}  // namespace hal0::http
