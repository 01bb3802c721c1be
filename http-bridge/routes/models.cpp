// The model registry and the profiles.
#include "http-bridge/json/catalog_json.hpp"
#include "http-bridge/requests/bodies.hpp"
#include "http-bridge/routes/context.hpp"
#include "http-bridge/routes/route.hpp"
#include "http-bridge/routes/slot_of.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::http {
namespace {

const nlohmann::json* find_model(const Context& context, const std::string& id) {
    const auto& rows = context.mirror.host().models;
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.value("id", "") == id; });
    return found == rows.end() ? nullptr : &*found;
}

[[noreturn]] void no_such_model(const std::string& id) {
    throw Refused{404, "model.not_found", "the registry has no such model; hal0 model list shows those it has", {{"model_id", id}, {"slot", nullptr}}};
}

Answer models(Context& context, const Request&) { return json_answer(models_json(context.mirror.host().models)); }

Answer model(Context& context, const Request& request) {
    const auto* row = find_model(context, request.parameters.at(0));
    if (!row) no_such_model(request.parameters.at(0));
    return json_answer(model_json(*row));
}

bus::Task<Answer> add_model(Context& context, Request request) {
    const auto wanted = model_request(request.body);
    const nlohmann::json details{{"model_id", wanted.id}};
    co_await asked(context.hal0d.add_model(wanted.id, wanted.properties), details);
    const std::function<bool()> there = [&context, id = wanted.id] { return find_model(context, id) != nullptr; };
    // hal0d has it by now; that it is in the mirror comes by a signal.
    co_await context.mirror.until(there, std::chrono::seconds{5});
    const auto* row = find_model(context, wanted.id);
    if (!row) no_such_model(wanted.id);
    co_return json_answer(model_json(*row), 201);
}

/// Slots that name the model, or run it.
std::vector<std::string> users(const Context& context, const std::string& id) {
    std::vector<std::string> names;
    for (const auto& [name, slot] : context.mirror.slots())
        if (slot.default_model == id || (slot.is_running() && slot.model == id)) names.push_back(name);
    return names;
}

bus::Task<Answer> remove_model(Context& context, Request request) {
    const auto id = request.parameters.at(0);
    if (!find_model(context, id)) no_such_model(id);
    if (const auto names = users(context, id); !names.empty())
        throw Refused{409, "model.in_use", fmt::format("model '{}' is in use by slot {}: give it another model first", id, fmt::join(names, ", ")), {{"model_id", id}, {"slots", names}}};
    const nlohmann::json details{{"model_id", id}};
    co_await asked(context.hal0d.remove_model(id), details);
    const nlohmann::json body{{"id", id}, {"deleted", true}};
    co_return json_answer(body);
}

Answer profiles(Context& context, const Request&) { return json_answer(profiles_json(context.mirror.host().profiles, context.mirror.all())); }

}  // namespace

std::vector<Route> model_routes() {
    return {
        {"GET", "/api/models", "The model registry", Needs::slots, Read{models}},
        {"POST", "/api/models", "Register a model", Needs::slots, Ask{add_model}},
        {"GET", "/api/models/{id...}", "One model", Needs::slots, Read{model}},
        {"DELETE", "/api/models/{id...}", "Take a model out of the registry; its file stays", Needs::slots, Ask{remove_model}},
        {"GET", "/api/profiles", "The profiles that a slot can run with", Needs::slots, Read{profiles}},
    };
}

}  // namespace hal0::http
