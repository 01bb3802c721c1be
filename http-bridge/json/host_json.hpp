#pragma once

#include "http-bridge/json/slot_json.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hal0::http {

/// What of the machine changes all the time.
struct HostFigures {
    std::uint64_t uptime_s = 0, ram_mb = 0, ram_available_mb = 0;
    double cpu_util = 0;  // 0 to 1
};

/// GET /api/hardware: what hal0d detected and what is so at this moment; all fields are there, null if not known. `now`: microseconds
/// since 1970; it is `probed_at`, unless the hardware says otherwise.
nlohmann::json hardware_json(const nlohmann::json& hardware, const HostFigures& figures, std::uint64_t now);

/// GET /api/stats/hardware: hardware_json(), what is in use of it, and by which slots.
nlohmann::json stats_hardware_json(const nlohmann::json& hardware, const HostFigures& figures, std::uint64_t now, const Slots& slots);

/// GET /api/health/system.
/// @param problem why hal0d cannot be reached; empty if it can, and only then `slots` says something.
/// @param free_mb MiB that are free where the slots' files are; nothing if that is not known.
/// @param path where that is.
nlohmann::json health_system_json(const std::string& problem, const Slots& slots, std::optional<std::uint64_t> free_mb, const std::string& path);

}  // namespace hal0::http
