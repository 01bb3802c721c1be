// The bridge itself, the machine, and what others expect to find.
#include "http-bridge/json/host_json.hpp"
#include "http-bridge/json/minimal_answers.hpp"
#include "http-bridge/json/slot_json.hpp"
#include "http-bridge/routes/context.hpp"
#include "http-bridge/routes/host_figures.hpp"
#include "http-bridge/routes/route.hpp"
#include "http-bridge/routes/slot_of.hpp"

namespace hal0::http {
namespace {

// Whoever asks how all is wants to hear soon that it is not well.
constexpr std::chrono::milliseconds patience{2000};

constexpr auto slots_folder = "/etc/hal0/slots";

Answer status(Context& context, const Request&) { return json_answer(status_json(HAL0_VERSION, context.mirror.all())); }

Answer health(Context&, const Request&) { return json_answer({{"status", "ok"}, {"name", "hal0"}, {"version", HAL0_VERSION}}); }

bus::Task<Answer> health_of_system(Context& context, Request) {
    std::string problem;
    try {
        co_await context.mirror.ready(patience);
    } catch (const Refused& refused) {
        problem = refused.what();
    }
    const auto slots = problem.empty() ? context.mirror.all() : std::vector<const SlotRecord*>{};
    co_return json_answer(health_system_json(problem, slots, free_mb(slots_folder), slots_folder));
}

Answer hardware(Context& context, const Request&) { return json_answer(hardware_json(context.mirror.host().hardware, host_figures(), now_usec())); }

Answer stats(Context& context, const Request&) {
    return json_answer(stats_hardware_json(context.mirror.host().hardware, host_figures(), now_usec(), context.mirror.all()));
}

Answer prometheus(Context& context, const Request&) {
    return {200, prometheus_text(context.mirror.all(), context.counters), "text/plain; version=0.0.4; charset=utf-8"};
}

Answer document(Context& context, const Request&) { return {200, context.openapi}; }

/// A file of the dashboard.
Answer file(const Context& context, const std::string& path) {
    const auto found = context.dashboard.find(path);
    if (found == context.dashboard.end()) throw Refused{404, "system.http_404", "the dashboard has no such file"};
    return found->second;
}

}  // namespace

std::vector<Route> system_routes() {
    std::vector<Route> routes = {
        {"GET", "/api/status", "The slots, in short", Needs::figures, Read{status}},
        {"GET", "/api/health", "Whether the bridge answers", Needs::nothing, Read{health}},
        {"GET", "/api/health/system", "Whether all parts of hal0 are well", Needs::nothing, Ask{health_of_system}},
        {"GET", "/api/hardware", "The machine", Needs::slots, Read{hardware}},
        {"GET", "/api/stats/hardware", "The machine, and how much of it is in use", Needs::figures, Read{stats}},
        {"GET", "/metrics", "Figures for Prometheus", Needs::figures, Read{prometheus}},
        {"GET", "/api/metrics/prometheus", "Figures for Prometheus", Needs::figures, Read{prometheus}},
        {"GET", "/api/openapi.json", "This API", Needs::nothing, Read{document}},
    };
    for (const auto& minimal : minimal_answers())
        routes.push_back({minimal.method, minimal.path, minimal.summary, Needs::nothing, Read{[&minimal](Context&, const Request&) { return json_answer(minimal.body); }}});
    return routes;
}

std::vector<Route> dashboard_routes() {
    return {
        {"GET", "/", "The dashboard", Needs::nothing, Read{[](Context& context, const Request&) { return file(context, "/"); }}},
        {"GET", "/dashboard/{file}", "A file of the dashboard", Needs::nothing, Read{[](Context& context, const Request& request) { return file(context, "/dashboard/" + request.parameters.at(0)); }}},
    };
}

}  // namespace hal0::http
