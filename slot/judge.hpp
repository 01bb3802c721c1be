#pragma once

#include "slot/operation_error.hpp"
#include "slot/plan.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace hal0::slot {

/// Why a slot's file cannot be accepted: what is wrong, where, and what kind of refusal that is.
struct Objection {
    ErrorKind kind = ErrorKind::invalid_config;
    Diagnostic diagnostic;
    bool operator==(const Objection&) const = default;
};

/// Judges the text of a slot's file as make_plan() would, were it the file of `name` among the other slots of `plan`. But
/// whoever has a port now keeps it, and a port that a slot with errors elsewhere asks for is taken, too.
/// @param file what messages call it.
/// @param detected the device of slots that name none, as make_plan() got it from hardware.json.
std::variant<Slot, Objection> judge(const Plan& plan, const SlotName& name, const std::string& file, std::string_view toml,
                                    std::optional<Device> detected);

/// The planned slot of that name, or null.
const PlannedSlot* find(const Plan& plan, const SlotName& name);

/// The slot, if there is one, that `port` belongs to when `name` asks for it: null when nobody else does, or when it is
/// `name`'s already.
const SlotConfig* other_owner(const Plan& plan, std::uint16_t port, const SlotName& name);

/// The name of one of the slots of a plan, or `no_such_slot`.
Result<SlotName, OperationError> existing_slot(const Plan& plan, std::string_view name);

}  // namespace hal0::slot
