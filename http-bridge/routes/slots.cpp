// What is there to be read of slots.
#include "http-bridge/json/slot_json.hpp"
#include "http-bridge/routes/context.hpp"
#include "http-bridge/routes/route.hpp"
#include "http-bridge/routes/slot_of.hpp"
#include "http-bridge/requests/query.hpp"

namespace hal0::http {
namespace {

/// The most asked-for answer, made once for each state of the mirror.
Answer list(Context& context, const Request&) {
    if (context.list.version != context.mirror.version()) context.list = {context.mirror.version(), json_answer(slots_json(context.mirror.all()))};
    return context.list.answer;
}

Answer metrics(Context& context, const Request&) { return json_answer(metrics_json(context.mirror.all(), now_usec())); }

Answer capacity(Context& context, const Request&) { return json_answer({{"per_slot", capacity_json(context.mirror.all())}}); }

Answer show(Context& context, const Request& request) { return json_answer(slot_details(slot_of(context, request))); }

Answer state(Context& context, const Request& request) { return json_answer(state_json(slot_of(context, request))); }

Answer resolved(Context& context, const Request& request) {
    const auto& slot = slot_of(context, request);
    if (slot.command.empty()) throw_config_error(slot);
    return json_answer(resolved_json(slot));
}

Answer text_answer(const std::string& text) { return {200, text, "text/plain; charset=utf-8"}; }

bus::Task<Answer> config(Context& context, Request request) {
    const auto& slot = slot_of(context, request);
    if (format_query(request) == ConfigFormat::json) {
        if (slot.config.empty() && slot.command.empty() && slot.state == "error") throw_config_error(slot);
        co_return json_answer(slot.config);
    }
    const std::string name = slot.name;
    const std::string text = co_await context.hal0d.config_text(name);
    co_return text_answer(text);
}

Answer pull_status(Context& context, const Request& request) { return json_answer(pull_json(slot_of(context, request), false)); }

}  // namespace

std::vector<Route> slot_routes() {
    return {
        {"GET", "/api/slots", "All slots, sorted by name", Needs::figures, Read{list}},
        {"GET", "/api/slots/metrics", "Figures of the running slots", Needs::figures, Read{metrics}},
        {"GET", "/api/slots/capacity", "Memory of the running slots", Needs::figures, Read{capacity}},
        {"GET", "/api/slots/{name}", "One slot", Needs::figures, Read{show}},
        {"GET", "/api/slots/{name}/state", "The state of a slot", Needs::slots, Read{state}},
        {"GET", "/api/slots/{name}/config", "The slot's file: as JSON, or its text", Needs::slots, Ask{config}, {"format"}},
        {"GET", "/api/slots/{name}/resolved", "The command that a start would run", Needs::slots, Read{resolved}},
        {"GET", "/api/slots/{name}/pull/status", "How far the pull of the image is", Needs::slots, Read{pull_status}},
    };
}

}  // namespace hal0::http
