#pragma once

#include "http-bridge/mirror/slot_record.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace hal0::http {

/// A slot of which everything is known: it serves a request, and its file was changed since it was started.
SlotRecord full_slot();
/// A slot of which nothing but its name and state is known.
SlotRecord bare_slot();
/// A slot that crashed in its first start.
SlotRecord failed_slot();

/// The text as the bridge writes it: compact, keys in order. For expectations that a person can read.
std::string compact(const char* json);

}  // namespace hal0::http
