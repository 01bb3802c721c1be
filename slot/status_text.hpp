#pragma once

#include "slot/name.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hal0::slot {

/// The sentences that the unit's helpers report with sd_notify(STATUS=…) and that others read back from the unit's
/// StatusText: writer and reader stand side by side, so that they cannot drift. What is none of these is a reason why
/// the slot did not start.

/// How far the pull of an image is. `layers` is 0 until it is known.
struct PullProgress {
    std::string image;
    std::uint32_t layer = 0;   // layers that are there
    std::uint32_t layers = 0;  // layers that podman has spoken of
    bool operator==(const PullProgress&) const = default;
};

/// `pulling IMAGE`, `pulling IMAGE: layer 3 of 7`
std::string pulling_text(const PullProgress& progress);
std::optional<PullProgress> parse_pulling(std::string_view status);

/// `the image IMAGE is present`: how a pull ends
std::string image_present_text(std::string_view image);
/// The image of such a sentence.
std::optional<std::string_view> parse_image_present(std::string_view status);

/// `waiting 4 s before automatic restart 3 of 5`
std::string waiting_text(std::uint32_t seconds, std::uint32_t attempt);
bool is_waiting(std::string_view status);

/// `warming up: the server loads its model`
std::string warming_text(std::string_view what);

/// `answers on 127.0.0.1:8081`
std::string answers_text(std::uint16_t port);

/// True for any of the sentences above: something goes on, nothing is wrong.
bool is_progress(std::string_view status);

/// Reasons that a slot's helpers give in more than one place.

/// Why a pull ended early: it stood still until its unit's timeout, or somebody stopped its unit.
std::string pull_given_up_text(std::string_view image);
std::string pull_stopped_text(std::string_view image);

/// Why a start failed whose model server ended, by itself or killed, before it answered. With which status, systemd knows; so who
/// has asked it, and read the log, takes the first part alone and goes on with that.
inline constexpr std::string_view ended_early = "the model server ended before it answered";
std::string ended_early_text(const SlotName& name);
bool is_ended_early(std::string_view status);

/// Why there is no automatic restart any more.
std::string given_up_text(const SlotName& name);
bool is_given_up(std::string_view status);

/// Why a unit without a drop-in cannot do anything.
std::string no_configuration_text(const SlotName& name);

/// How often a slot is restarted automatically before it stays failed: StartLimitBurst= of the unit.
inline constexpr std::uint32_t most_restarts = 5;

/// Seconds to wait before automatic restart `attempt` (1, 2, …): 0, 2, 4, 8, 16 on top of the unit's RestartSec=1.
std::uint32_t restart_delay_s(std::uint32_t attempt);

}  // namespace hal0::slot
