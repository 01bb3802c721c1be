#pragma once

#include "slot/diagnostic.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hal0::slot {

/// /etc/hal0/hal0.toml: what holds for all slots. Every key is optional.
struct Settings {
    std::string model_store = "/mnt/ai-models";  // [models] store: an absolute path, all that a container sees of the host's files
    std::uint16_t port_range_start = 8081;       // [slots]
    std::uint16_t port_range_end = 8099;
    std::uint32_t idle_after_s = 300;
    std::uint32_t idle_timeout_s = 0;
    bool operator==(const Settings&) const = default;
};

/// Reads hal0.toml. A key with an error keeps its default; the diagnostics say so.
Settings parse_settings(const std::string& file, std::string_view toml, Diagnostics& diagnostics);

}  // namespace hal0::slot
