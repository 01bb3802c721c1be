#include "dbus-service/objects/slot_properties.hpp"

#include "slot/container.hpp"
#include "slot/drift.hpp"
#include "slot/log_reason.hpp"
#include "slot/model_arguments.hpp"
#include "slot/provider.hpp"
#include "slot/status_text.hpp"

#include <utility>

namespace hal0::service {
namespace {

using slot::to_string;

slot::Arguments model_layer(const slot::Slot& slot, const slot::Settings& settings, const slot::Models& models) {
    if (!slot.config.model) return {};
    const auto& server = slot::provider(slot.provider);
    const auto known = models.find(*slot.config.model);
    const slot::Model by_id_only{*slot.config.model};
    return slot::model_arguments(server, known == models.end() ? by_id_only : known->second, settings.model_store, flags_set_over_model(slot));
}

std::uint32_t context_size(const slot::Slot& slot, const slot::Models& models) {
    if (slot.config.context_size) return *slot.config.context_size;
    const auto model = slot.config.model ? models.find(*slot.config.model) : models.end();
    return model == models.end() ? slot::default_context_size : model->second.context_size.value_or(slot::default_context_size);
}

/// What the file says.
void configured(SlotProperties& properties, const slot::Slot& slot, const Facts& facts) {
    const auto& config = slot.config;
    properties.type = to_string(config.type);
    properties.default_model = config.model ? config.model->str() : "";
    properties.device = to_string(slot.device);
    properties.backend = to_string(slot::backend_of(slot.device));
    properties.provider = to_string(slot.provider);
    properties.profile = slot.profile->name;
    properties.image = slot.profile->image;
    properties.port = config.port;
    properties.context_size = context_size(slot, facts.models);
    properties.enabled = config.enabled;
    properties.exclusive_group = config.exclusive_group.value_or("");
    properties.idle_timeout_s = config.idle_timeout_s.value_or(facts.settings.idle_timeout_s);
    properties.labels = config.labels;
    auto command = command_now(slot, facts.settings, facts.models);
    properties.command = std::move(command.words);
    properties.overridden = std::move(command.overridden);
}

/// What a restart would change.
void drift(SlotProperties& properties, const slot::Slot& slot, const Facts& facts) {
    auto now = slot::words_of(properties.command);
    now.erase(now.begin());  // the image
    const auto& server = slot::provider(slot.provider);
    const slot::Command running{facts.started->image, facts.started->command, facts.started->options};
    const slot::Command configured{slot.profile->image, std::move(now), slot::container_options(slot, facts.settings.model_store)};
    for (const auto& difference : slot::drift(server, running, configured))
        properties.drift.emplace_back(difference.key, difference.running, difference.configured);
}

slot::Observation observed(const Facts& facts, const slot::Slot* slot) {
    slot::Observation seen;
    seen.active_state = facts.unit.active_state;
    seen.sub_state = facts.unit.sub_state;
    seen.result = facts.unit.result;
    seen.exit_status = facts.unit.exit_status;
    seen.status_text = facts.unit.status_text;
    seen.job = facts.unit.job_type;
    seen.restarts = facts.unit.restarts;
    if (!slot) seen.config_error = to_string(std::get<slot::Refusal>(facts.planned.slot).reason);
    seen.has_model = !facts.started || !facts.started->model.empty();
    seen.answers = facts.server.answers;
    seen.requests_in_flight = facts.server.activity.requests_in_flight;
    seen.now = facts.now_monotonic;
    seen.active_since = facts.unit.active_since_monotonic;
    seen.last_used = facts.server.last_used_monotonic;
    seen.idle_after = std::uint64_t{facts.settings.idle_after_s} * 1'000'000;
    return seen;
}

std::tuple<std::string, std::uint32_t, std::uint32_t> pull_of(const UnitState& unit, const UnitState& pull) {
    for (const auto* source : {&pull, &unit})
        if (const auto progress = slot::parse_pulling(source->status_text); progress && source->active_state == "activating")
            return {"pulling", progress->layer, progress->layers};
    const bool is_done = slot::parse_image_present(pull.status_text).has_value();
    if (pull.active_state == "activating" && !is_done) return {"pulling", 0, 0};
    if (pull.active_state == "failed") return {"failed", 0, 0};
    return {is_done ? "completed" : "", 0, 0};
}

/// Nothing where only podman could tell: it is asked by the unit's helpers alone, with root's rights.
std::string image_status(const SlotProperties& properties, const Facts& facts) {
    if (std::get<0>(properties.pull) == "pulling") return "pulling";
    // The slot may have another image since.
    if (slot::parse_image_present(facts.pull.status_text) == properties.image) return "present";
    return facts.unit.is_active() && properties.running_image == properties.image ? "present" : "";
}

bool is_at_rest(slot::State state) {
    using enum slot::State;
    return state == ready || state == serving || state == idle || state == offline;
}

/// What is known beyond systemd: of a failure the last line of the log, unless it is what the unit says already; of a slot at rest
/// how the last swap ended.
void add_words(slot::Condition& condition, const Facts& facts) {
    const bool failed = condition.state == slot::State::error;
    if (failed) condition.message = slot::with_log_reason(std::move(condition.message), facts.error_line);
    if (!facts.notice.empty() && is_at_rest(condition.state)) condition.message = facts.notice;
}

}  // namespace

SlotProperties properties_of(const Facts& facts) {
    SlotProperties properties;
    const auto* slot = std::get_if<slot::Slot>(&facts.planned.slot);
    if (slot) configured(properties, *slot, facts);
    properties.config = facts.config;
    properties.loaded = facts.loaded;
    properties.condition = condition_of(observed(facts, slot));
    add_words(properties.condition, facts);
    properties.model = properties.default_model;
    properties.restarts = facts.unit.restarts;
    properties.pull = pull_of(facts.unit, facts.pull);
    if (facts.unit.is_active()) {
        properties.active_since = facts.unit.active_since;
        properties.requests_in_flight = facts.server.activity.requests_in_flight;
        properties.last_used_at = facts.server.last_used_at;
        properties.models = facts.server.activity.models;
    }
    if (facts.started) {
        properties.model = facts.started->model;
        properties.running_image = facts.started->image;
        // What is written may be wrong or gone meanwhile; clients ask the server that runs.
        if (slot)
            drift(properties, *slot, facts);
        else
            properties.port = facts.started->port;
    }
    properties.image_status = image_status(properties, facts);
    return properties;
}

CommandNow command_now(const slot::Slot& slot, const slot::Settings& settings, const slot::Models& models) {
    const auto arguments = server_command(slot, model_layer(slot, settings, models));
    CommandNow command{sourced_words(arguments.kept), sourced_words(arguments.removed)};
    command.words.insert(command.words.begin(), {std::string{to_string(slot::Source::profile)}, {slot.profile->image}});
    return command;
}

}  // namespace hal0::service
