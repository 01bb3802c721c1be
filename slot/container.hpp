#pragma once

#include "slot/slot.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// The `podman run` command of a slot as an ExecStart= value over several lines, with every text from a file escaped.
/// What only a start can know stands in it as $HAL0_DEVICE_ARGS, $HAL0_GROUP_ARGS and $HAL0_MODEL_ARGS.
std::string container_command(const Slot& slot, const std::string& model_store);

/// The options of that command as words, with the profile's devices and groups as they are named there: a start looks for them.
std::vector<std::string> container_options(const Slot& slot, const std::string& model_store);
/// `--device=…` and `--group-add=…`: of a pattern or name there, of what was found at a start.
std::string device_option(std::string_view device);
std::string group_option(std::string_view group);

/// Seconds between SIGTERM and SIGKILL in the container: two less than the unit's TimeoutStopSec=, so that podman ends a
/// server that ignores SIGTERM, and systemd need not end podman; but at least one.
std::uint32_t stop_grace_s(const SlotConfig& config);

}  // namespace hal0::slot
