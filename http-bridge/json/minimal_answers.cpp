#include "http-bridge/json/minimal_answers.hpp"

namespace hal0::http {
namespace {

using Json = nlohmann::json;

std::vector<MinimalAnswer> table() {
    const auto none = Json::array();
    const auto nothing = Json::object();
    // Layouts are kept by nobody: a PUT is told so, and the dashboard keeps its own.
    const Json no_layout{{"layout", nullptr}, {"stored", false}};
    return {
        {"GET", "/api/backends", "Backends that can be installed: none", none},
        {"GET", "/api/capabilities", "Capabilities beyond slots: none", {{"backends", none}, {"catalogs", nothing}, {"selections", nothing}}},
        {"GET", "/api/npu/occupancy", "What shares the NPU: not managed",
         {{"present", false}, {"trio", false}, {"slots", none}, {"columns_total", nullptr}, {"columns_used", nullptr}, {"utilization", nullptr}}},
        {"GET", "/api/updates/state", "Updates: the distribution's business",
         {{"enabled", false}, {"state", "idle"}, {"available", false}, {"channel", nullptr}, {"current", nullptr}, {"latest", nullptr}, {"checked_at", nullptr}, {"error", nullptr}}},
        {"GET", "/api/secrets", "Secrets: none are kept", none},
        {"GET", "/api/install/state", "The first run: it is over", {{"first_run", false}, {"completed", true}, {"step", nullptr}, {"steps", none}, {"error", nullptr}}},
        {"GET", "/api/features", "Optional features: none", {{"features", nothing}}},
        {"GET", "/api/config/urls", "Other services' addresses: none", {{"urls", nothing}}},
        {"GET", "/api/services/health", "Other services: none", {{"services", none}}},
        {"GET", "/api/agent/approvals", "Approvals that agents wait for: none", {{"approvals", none}}},
        {"GET", "/api/settings/proxmox", "Proxmox: not configured",
         {{"configured", false}, {"enabled", false}, {"host", nullptr}, {"node", nullptr}, {"vmid", nullptr}, {"user", nullptr}, {"token_set", false}, {"verify_tls", nullptr}}},
        {"GET", "/api/stats/power", "Power: not measured", {{"total_w", nullptr}, {"cpu_w", nullptr}, {"gpu_w", nullptr}, {"npu_w", nullptr}}},
        {"GET", "/api/stats/throughput/history", "Throughput over time: not kept", {{"points", none}, {"samples", none}, {"per_slot", nothing}, {"interval_s", nullptr}}},
        {"GET", "/api/comfyui/status", "ComfyUI: not managed beyond its slot",
         {{"installed", false}, {"running", false}, {"status", "absent"}, {"version", nullptr}, {"url", nullptr}, {"queue_running", 0}, {"queue_pending", 0}}},
        {"GET", "/api/user/dashboard-layout", "The dashboard's layout: not kept here", no_layout},
        {"PUT", "/api/user/dashboard-layout", "The dashboard's layout: not kept here", no_layout},
        {"GET", "/api/activity", "What users did: not recorded", {{"records", none}, {"next_since", 0}, {"epoch", ""}}},
        {"GET", "/api/upstreams", "Remote inference servers: none", none},
        // hal0 passes no other to a server.
        {"GET", "/api/chat-templates", "Chat templates: the one in the model's file", Json::array({{{"id", "auto"}, {"label", "Auto (GGUF embedded)"}, {"valid", true}, {"error", nullptr}}})},
    };
}

}  // namespace

const std::vector<MinimalAnswer>& minimal_answers() {
    static const auto answers = table();
    return answers;
}

}  // namespace hal0::http
