#pragma once

#include "http-bridge/routes/context.hpp"

namespace hal0::http {

/// The slot that a request's path names. Throws Refused, 404 slot.not_found.
const SlotRecord& slot_of(const Context& context, const Request& request);

/// CLOCK_REALTIME, microseconds.
std::uint64_t now_usec();

/// For what a slot does not have because its configuration is wrong: 400 slot.config_error with its sentence.
[[noreturn]] void throw_config_error(const SlotRecord& slot);

/// Awaits a call of hal0d; what it throws as OperationFailed becomes Refused with these details (http-api.md, 1: code table).
bus::Task<> asked(bus::Task<> call, nlohmann::json details);

}  // namespace hal0::http
