#pragma once

#include "cli/api/client.hpp"
#include "cli/terminal/terminal.hpp"
#include "cli/watch/course.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace hal0::cli {

/// Something that is asked of a slot, and what becomes of it.
struct Request {
    Operation operation;
    std::string slot;
    std::string wanted;  // the model that is to run; empty: whichever
    std::string method = "POST", path;
    Json body;
    std::optional<std::chrono::milliseconds> timeout{};  // of watching; nothing: as long as it takes
};

/// Subscribes to the slot's states, sends the request, and shows what happens until the slot has settled.
/// @return the state in which it did, if all is well
/// Throws Failure: refused, failed (the last lines of the slot's log are on standard error by then), not within the timeout.
SlotState follow(const Access& access, Terminal& terminal, const Request& request);

/// A frame of `…/state/stream`.
SlotState parse_slot_state(const std::string& data);

}  // namespace hal0::cli
