#pragma once

#include "slot/name.hpp"

namespace hal0::http {

inline const auto chat_slot = *slot::SlotName::parse("chat");

}  // namespace hal0::http
