// What can be done to slots. Each waits until the slot has settled, or for as long as the client wants to (http-api.md, 3).
#include "http-bridge/json/slot_json.hpp"
#include "http-bridge/requests/bodies.hpp"
#include "http-bridge/requests/query.hpp"
#include "http-bridge/routes/context.hpp"
#include "http-bridge/routes/digest.hpp"
#include "http-bridge/routes/route.hpp"
#include "http-bridge/routes/slot_of.hpp"
#include "slot/provider.hpp"

#include <fmt/format.h>

namespace hal0::http {
namespace {

using nlohmann::json;
using Milliseconds = std::chrono::milliseconds;

// The change that a call brings about comes by a signal, right behind the reply.
constexpr Milliseconds signal_patience{2000};
// hal0d asks a server what it serves as soon as that answers.
constexpr Milliseconds list_patience{500};
// What a server said last is in the journal a moment after it has died.
constexpr Milliseconds log_patience{500};
// A file is written, and read by systemd.
constexpr Milliseconds file_patience{10'000};
// A slot that is deleted stops first, which its own stop_s may delay; the deletion goes on without us.
constexpr Milliseconds deletion_patience{30'000};

bool runs(const std::string& state) { return state == "ready" || state == "idle" || state == "serving"; }

/// A slot before something is done to it: what comes of it is seen against this.
struct Before {
    std::string name, state, model;
    std::uint64_t transitions, active_since;
};

Before before(const Context& context, const Request& request) {
    const auto& slot = slot_of(context, request);
    return {slot.name, slot.state, slot.model, context.mirror.transitions(slot.name), slot.active_since};
}

/// Whether it has come to rest after what was done to it, within this time and before the wait is given up: it runs, by another start than
/// before, or does not. That it serves a request, or no longer, is no news.
bus::Task<bool> settled(Context& context, const Before& slot, Milliseconds wait, std::stop_token given_up) {
    const std::function<bool()> done = [&context, slot] {
        const auto* now = context.mirror.find(slot.name);
        if (!now) return true;
        if (runs(now->state)) return now->active_since != slot.active_since;
        return context.mirror.transitions(slot.name) != slot.transitions && (now->state == "offline" || now->state == "error");
    };
    co_return co_await context.mirror.until(done, wait, given_up);
}

Answer summary(const Context& context, const std::string& name, int status = 200) {
    const auto* slot = context.mirror.find(name);
    if (!slot) throw Refused{404, "slot.not_found", fmt::format("slot {} has been deleted meanwhile", name), {{"slot", name}}};
    return json_answer(slot_summary(*slot), status);
}

bool is_failed(const Context& context, const std::string& name) {
    const auto* now = context.mirror.find(name);
    return now && now->state == "error";
}

bool lists_models(const std::string& provider) {
    const auto id = slot::parse_word<slot::ProviderId>(provider);
    return id && !slot::provider(*id).models_path.empty();
}

/// Until it is known what the server of a slot that runs says it serves, if it is of a kind that does.
bus::Task<> listed(Context& context, std::string name) {
    const std::function<bool()> known = [&context, name] {
        const auto* now = context.mirror.find(name);
        return !now || !runs(now->state) || !now->models.empty() || !lists_models(now->provider);
    };
    co_await context.mirror.until(known, list_patience);
}

/// The slot as it is, or why what was waited for failed. What is not over yet is no failure: the state of before may still show.
bus::Task<Answer> outcome(Context& context, const Before& slot, bool over) {
    if (over && !is_failed(context, slot.name)) co_await listed(context, slot.name);
    if (!over || !is_failed(context, slot.name)) co_return summary(context, slot.name);
    const std::string first = context.mirror.find(slot.name)->message;
    // hal0d reads the last line of the log, and adds it to its message.
    const std::function<bool()> explained = [&context, name = slot.name, first] {
        const auto* now = context.mirror.find(name);
        return !now || now->message != first;
    };
    co_await context.mirror.until(explained, log_patience);
    if (const auto* now = context.mirror.find(slot.name); now && now->state == "error")
        throw Refused{503, "slot.health_failed", fmt::format("slot {} did not become healthy: {}", slot.name, now->message), {{"slot", slot.name}, {"state", now->state}, {"message", now->message}}};
    co_return summary(context, slot.name);
}

bus::Task<Answer> load(Context& context, Request request) {
    const auto model = load_request(request.body);
    const auto wait = wait_query(request);
    const auto slot = before(context, request);
    const json details{{"slot", slot.name}, {"model_id", model.value_or(slot.model)}};
    co_await asked(context.hal0d.load(slot.name, model), details);
    const bool runs_already = runs(slot.state) && (!model || *model == slot.model);
    bool over = runs_already;
    if (!over) over = co_await settled(context, slot, wait, request.given_up);
    co_return co_await outcome(context, slot, over);
}

bus::Task<Answer> unload(Context& context, Request request) {
    const auto wait = wait_query(request);
    const auto slot = before(context, request);
    const json details{{"slot", slot.name}};
    co_await asked(context.hal0d.unload(slot.name), details);
    // One that failed and does not run may have nothing to tell of.
    const bool has_failed = slot.state == "error" && slot.active_since == 0;
    if (slot.state != "offline") co_await settled(context, slot, has_failed ? std::min(wait, signal_patience) : wait, request.given_up);
    co_return summary(context, slot.name);
}

bus::Task<Answer> restart(Context& context, Request request) {
    const auto wait = wait_query(request);
    const auto slot = before(context, request);
    const json details{{"slot", slot.name}, {"model_id", slot.model}};
    co_await asked(context.hal0d.restart(slot.name), details);
    const bool over = co_await settled(context, slot, wait, request.given_up);
    co_return co_await outcome(context, slot, over);
}

/// Until the model that runs is the default, too; or until it is said why that cannot be.
bus::Task<> persisted(Context& context, std::string name, std::string model, std::stop_token given_up) {
    const auto* slot = context.mirror.find(name);
    if (!slot) co_return;
    const std::string running = slot->message;
    const std::function<bool()> written = [&context, name, model, running] {
        const auto* now = context.mirror.find(name);
        return !now || !runs(now->state) || now->model != model || now->default_model == model || now->message != running;
    };
    co_await context.mirror.until(written, file_patience, given_up);
}

bus::Task<Answer> swap(Context& context, Request request) {
    const auto wanted = swap_request(request.body);
    const auto wait = wait_query(request);
    const auto slot = before(context, request);
    const json details{{"slot", slot.name}, {"model_id", wanted.model_id}};
    co_await asked(context.hal0d.swap(slot.name, wanted.model_id, wanted.persist), details);
    bool over = co_await settled(context, slot, wait, request.given_up);
    // It goes back to the model that ran before, and is at rest after that only.
    const std::function<bool()> goes_back = [&context, name = slot.name] { return !is_failed(context, name); };
    if (over && !goes_back() && co_await context.mirror.until(goes_back, signal_patience, request.given_up)) {
        const auto failed = before(context, request);
        over = co_await settled(context, failed, wait, request.given_up);
    }
    if (over && wanted.persist && !is_failed(context, slot.name)) co_await persisted(context, slot.name, wanted.model_id, request.given_up);
    const auto* now = context.mirror.find(slot.name);
    // It was faster back on the model that ran before than anybody could see it fail.
    if (over && now && runs(now->state) && now->model != wanted.model_id)
        throw Refused{503, "slot.health_failed", now->message, {{"slot", slot.name}, {"state", now->state}, {"message", now->message}}};
    co_return co_await outcome(context, slot, over);
}

bus::Task<Answer> create(Context& context, Request request) {
    const auto wanted = create_request(request.body);
    json details{{"slot", wanted.name}};
    if (const auto model = wanted.config.value("/model/default"_json_pointer, ""); !model.empty()) details["model_id"] = model;
    if (wanted.config.contains("port")) details["port"] = wanted.config["port"];
    if (wanted.config.contains("profile")) details["profile"] = wanted.config["profile"];
    co_await asked(context.hal0d.create(wanted.name, wanted.config), details);
    // The object is there before the reply, and its signal before it, too.
    co_return summary(context, wanted.name, 201);
}

/// Why a slot is still there, though it was to be deleted.
Refused not_deleted(const SlotRecord& slot, bool given_up) {
    json details{{"slot", slot.name}, {"state", slot.state}};
    if (slot.state == "unloading" || given_up) {
        details["operation"] = "delete";
        return Refused{409, "slot.busy", fmt::format("slot {} is still being deleted: it stops first", slot.name), details};
    }
    details["result"] = nullptr;
    const bool rests = slot.state == "offline" || slot.state == "error";
    const std::string why = rests ? "journalctl -u hal0d says why" : "it was started again meanwhile";
    return Refused{500, "slot.spawn_failed", fmt::format("slot {} was not deleted: {}", slot.name, why), details};
}

bus::Task<Answer> remove(Context& context, Request request) {
    const auto name = slot_of(context, request).name;
    const json details{{"slot", name}};
    co_await asked(context.hal0d.remove(name), details);
    // A start that was under way may have come to its end until here, and is stopped; what comes up later is another one.
    const auto* stopping = context.mirror.find(name);
    const auto active_since = stopping ? stopping->active_since : 0;
    const std::function<bool()> gone = [&context, name] { return !context.mirror.find(name); };
    const std::function<bool()> over = [&context, name, active_since] {
        const auto* now = context.mirror.find(name);
        return !now || (runs(now->state) && now->active_since != active_since);
    };
    const bool in_time = co_await context.mirror.until(over, deletion_patience, request.given_up);
    // It may have stopped at the last moment: its file goes right behind that.
    if (!in_time) co_await context.mirror.until(gone, signal_patience, request.given_up);
    if (const auto* still = context.mirror.find(name)) throw not_deleted(*still, request.given_up.stop_requested());
    const json body{{"name", name}, {"deleted", true}};
    co_return json_answer(body);
}

json edit_details(const std::string& name, const json& changes) {
    json details{{"slot", name}};
    for (const auto* key : {"port", "profile"})
        if (changes.contains(key)) details[key] = changes[key];
    if (changes.contains("model") && changes["model"].is_object() && changes["model"].contains("default")) details["model_id"] = changes["model"]["default"];
    return details;
}

bus::Task<Answer> edited(Context& context, std::string name, json changes) {
    co_await asked(context.hal0d.update(name, changes), edit_details(name, changes));
    co_return summary(context, name);
}

/// The whole text, as an editor gives it back.
bus::Task<Answer> put_text(Context& context, std::string name, Request request) {
    const auto text = config_text(std::move(request.body));
    std::optional<std::string> replaces;
    if (const auto wanted = request.query_value("replaces")) {
        replaces = co_await context.hal0d.config_text(name);
        if (sha256_hex(*replaces) != *wanted)
            throw Refused{409, "slot.busy", fmt::format("the file of slot {} was changed by somebody else meanwhile: load it again", name), {{"slot", name}}};
    }
    const json details{{"slot", name}};
    co_await asked(context.hal0d.set_config(name, text, replaces), details);
    co_return summary(context, name);
}

bus::Task<Answer> put_config(Context& context, Request request) {
    const auto name = slot_of(context, request).name;
    if (format_query(request) == ConfigFormat::toml) co_return co_await put_text(context, name, std::move(request));
    co_return co_await edited(context, name, config_changes(request.body));
}

bus::Task<Answer> patch_defaults(Context& context, Request request) {
    const auto name = slot_of(context, request).name;
    co_return co_await edited(context, name, defaults_changes(request.body));
}

bus::Task<Answer> put_model(Context& context, Request request) {
    const auto name = slot_of(context, request).name;
    const auto model = install_model_request(request.body);
    const json changes{{"model", {{"default", model}}}};
    const json details{{"slot", name}, {"model_id", model}};
    co_await asked(context.hal0d.update(name, changes), details);
    const json body{{"slot", name}, {"model_id", model}};
    co_return json_answer(body);
}

/// Chooses the hardware; a slot that runs is restarted with it.
bus::Task<Answer> backend(Context& context, Request request) {
    const auto wanted = backend_request(request.body, context.mirror.host().hardware);
    const auto wait = wait_query(request);
    const auto slot = before(context, request);
    const json changes{{"device", wanted.device}};
    const json details{{"slot", slot.name}};
    co_await asked(context.hal0d.update(slot.name, changes), details);
    const bool reloads = runs(slot.state);
    if (reloads) {
        co_await asked(context.hal0d.restart(slot.name), details);
        const bool over = co_await settled(context, slot, wait, request.given_up);
        co_await outcome(context, slot, over);
    }
    const auto* now = context.mirror.find(slot.name);
    if (!now) co_return summary(context, slot.name);
    auto body = slot_summary(*now);
    body["requested_backend"] = wanted.requested;
    body["declared_backend"] = now->backend;
    body["actual_backend"] = now->is_running() ? json(now->backend) : json();
    body["reloaded"] = reloads;
    co_return json_answer(body);
}

bus::Task<Answer> pull(Context& context, Request request) {
    const auto& slot = slot_of(context, request);
    const std::string name = slot.name;
    const auto last = slot.pull;
    const bool resumed = std::get<0>(last) == "pulling";
    const json details{{"slot", name}};
    if (!resumed) {
        co_await asked(context.hal0d.pull(name), details);
        // What is shown until then is the result of an earlier one.
        const std::function<bool()> begun = [&context, name, last] {
            const auto* now = context.mirror.find(name);
            return !now || now->pull != last;
        };
        co_await context.mirror.until(begun, signal_patience, request.given_up);
    }
    const auto* now = context.mirror.find(name);
    if (!now) co_return summary(context, name);
    co_return json_answer(pull_json(*now, resumed), 202);
}

}  // namespace

std::vector<Route> operation_routes() {
    return {
        {"POST", "/api/slots", "Create a slot; nothing is started", Needs::slots, Ask{create}},
        {"DELETE", "/api/slots/{name}", "Stop and delete a slot", Needs::slots, Ask{remove}},
        {"PUT", "/api/slots/{name}/config", "Change keys of the slot's file, or replace its text", Needs::slots, Ask{put_config}, {"format", "replaces"}},
        {"PATCH", "/api/slots/{name}/defaults", "Change keys of [model]", Needs::slots, Ask{patch_defaults}},
        {"PUT", "/api/install/slots/{name}/model", "Make a model the slot's default", Needs::slots, Ask{put_model}},
        {"POST", "/api/slots/{name}/backend", "Choose the hardware", Needs::slots, Ask{backend}, {"wait"}},
        {"POST", "/api/slots/{name}/load", "Start a slot", Needs::slots, Ask{load}, {"wait"}},
        {"POST", "/api/slots/{name}/unload", "Stop a slot", Needs::slots, Ask{unload}, {"wait"}},
        {"POST", "/api/slots/{name}/restart", "Restart a slot with its file as it is", Needs::slots, Ask{restart}, {"wait"}},
        {"POST", "/api/slots/{name}/swap", "Restart a slot with another model", Needs::slots, Ask{swap}, {"wait"}},
        {"POST", "/api/slots/{name}/pull", "Fetch the image without starting", Needs::slots, Ask{pull}},
    };
}

}  // namespace hal0::http
