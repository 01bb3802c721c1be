#include "slot/judge.hpp"

#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::slot {
namespace {

std::optional<Diagnostic> port_taken(const Plan& plan, const SlotConfig& config) {
    const auto* owner = other_owner(plan, config.port, config.name);
    if (!owner) return std::nullopt;
    return Diagnostic{Severity::error, config.place_of("port"), "port",
                      fmt::format("{} is taken by slot {} ({}): choose another one", config.port, owner->name.str(), to_string(owner->place_of("port")))};
}

std::optional<Diagnostic> group_full(const Plan& plan, const SlotConfig& config) {
    if (!config.exclusive_group) return std::nullopt;
    const auto others = std::count_if(plan.slots.begin(), plan.slots.end(),
                                      [&](const auto& planned) { return planned.exclusive_group == config.exclusive_group && planned.name != config.name; });
    if (static_cast<std::size_t>(others) < most_rivals) return std::nullopt;
    return Diagnostic{Severity::error, config.place_of("exclusive_group"), "exclusive_group",
                      fmt::format("{} has {} slots already, the most that a group can have", in_quotes(*config.exclusive_group), most_rivals)};
}

}  // namespace

std::variant<Slot, Objection> judge(const Plan& plan, const SlotName& name, const std::string& file, std::string_view toml,
                                    std::optional<Device> detected) {
    auto parsed = parse_slot(name, file, toml);
    if (const auto* error = first_error(parsed.diagnostics)) return Objection{ErrorKind::invalid_config, *error};
    auto resolved = resolve(*std::move(parsed.config), plan.profiles, detected);
    if (const auto* refusal = std::get_if<Refusal>(&resolved))
        return Objection{refusal->reason.key == "profile" ? ErrorKind::no_such_profile : ErrorKind::invalid_config, refusal->reason};
    auto& slot = std::get<Slot>(resolved);
    if (const auto problem = port_taken(plan, slot.config)) return Objection{ErrorKind::port_in_use, *problem};
    if (const auto problem = group_full(plan, slot.config)) return Objection{ErrorKind::invalid_config, *problem};
    return std::move(slot);
}

const PlannedSlot* find(const Plan& plan, const SlotName& name) {
    const auto found = std::lower_bound(plan.slots.begin(), plan.slots.end(), name, [](const auto& planned, const auto& wanted) { return planned.name < wanted; });
    return found == plan.slots.end() || found->name != name ? nullptr : &*found;
}

const SlotConfig* other_owner(const Plan& plan, std::uint16_t port, const SlotName& name) {
    const SlotConfig* other = nullptr;
    for (const auto& planned : plan.slots) {
        const bool runs = std::holds_alternative<Slot>(planned.slot);
        const auto* config = config_of(planned);
        if (!config || config->port != port) continue;
        if (runs && planned.name == name) return nullptr;
        if (planned.name != name && (runs || !other)) other = config;
    }
    return other;
}

Result<SlotName, OperationError> existing_slot(const Plan& plan, std::string_view name) {
    auto parsed = SlotName::parse(name);
    if (parsed && find(plan, *parsed)) return *std::move(parsed);
    return OperationError{ErrorKind::no_such_slot, fmt::format("there is no slot {}", in_quotes(name))};
}

}  // namespace hal0::slot
