#include "slot/load.hpp"

#include "slot/judge.hpp"

#include <fmt/format.h>

namespace hal0::slot {
namespace {

/// The slot, if it may be started.
Result<const Slot*, OperationError> startable(const Plan& plan, const SlotName& name) {
    const auto known = existing_slot(plan, name.str());
    if (!known) return known.failure();
    const auto& planned = *find(plan, name);
    if (const auto* refusal = std::get_if<Refusal>(&planned.slot)) return OperationError{ErrorKind::invalid_config, to_string(refusal->reason)};
    const auto& slot = std::get<Slot>(planned.slot);
    if (slot.config.enabled) return &slot;
    return OperationError{ErrorKind::disabled,
                          fmt::format("slot {} is disabled ({}): set enabled to true to load it", name.str(), to_string(slot.config.place_of("enabled")))};
}

}  // namespace

Result<ModelId, OperationError> known_model(const Slot& slot, const ModelId& id, const Registry& registry) {
    if (!provider(slot.provider).needs_model_file || registry.models.contains(id)) return id;
    return OperationError{ErrorKind::no_such_model, not_in_registry(id, registry_path, registry.models, registry.diagnostics)};
}

Result<std::optional<ModelId>, OperationError> check_load(const Plan& plan, const SlotName& name, const std::optional<std::string>& model,
                                                          const Registry& registry) {
    const auto slot = startable(plan, name);
    if (!slot) return slot.failure();
    auto id = (*slot)->config.model;
    if (model) {
        const auto named = ModelId::parse(*model);
        if (!named) return OperationError{ErrorKind::no_such_model, named.error()};
        id = *named;
    }
    if (!id) return std::optional<ModelId>{};
    const auto known = known_model(**slot, *id, registry);
    if (!known) return known.failure();
    return std::optional{*known};
}

Result<ModelId, OperationError> check_swap(const Plan& plan, const SlotName& name, std::string_view model, const Registry& registry) {
    auto id = check_load(plan, name, std::string{model}, registry);
    if (!id) return id.failure();
    return **id;
}

}  // namespace hal0::slot
