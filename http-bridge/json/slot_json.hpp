#pragma once

#include "http-bridge/mirror/slot_record.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace hal0::http {

/// Slots in the order in which they are shown; none is null.
using Slots = std::vector<const SlotRecord*>;

/// Object (A) of http-api.md, 2: what operations answer.
nlohmann::json slot_summary(const SlotRecord& slot);
/// Object (B): (A) and all the rest. What the slot's file does not say is null, or -1 for n_gpu_layers; nothing is invented.
nlohmann::json slot_details(const SlotRecord& slot);
/// GET /api/slots: (B) of each.
nlohmann::json slots_json(const Slots& slots);

/// GET /api/slots/{n}/state: `{name,state,port,model_id,backend}`.
nlohmann::json state_json(const SlotRecord& slot);
/// A frame of the state stream: state_json() and `message`, `updated_at`.
nlohmann::json state_frame_json(const SlotRecord& slot);
/// How the pull of the slot's image stands. `resumed`: the request found it under way. Without a pull so far, its `state` is what is known
/// of the image: present or missing.
nlohmann::json pull_json(const SlotRecord& slot, bool resumed);
/// GET /api/slots/{n}/resolved: the command of a start, and what put each part there. `source` knows base, profile and extra_args:
/// what hal0, the model and the slot's own keys put there is base; `set_by` tells these apart.
nlohmann::json resolved_json(const SlotRecord& slot);

/// GET /api/slots/metrics: name → figures, of the slots that run. What is not known is left out. `now`: microseconds since 1970.
nlohmann::json metrics_json(const Slots& slots, std::uint64_t now);
/// name → memory in use, of the slots that run. `vram_mb` is null: the kernel does not account it to a unit.
nlohmann::json capacity_json(const Slots& slots);
/// GET /api/status.
nlohmann::json status_json(const std::string& version, const Slots& slots);

}  // namespace hal0::http
