#pragma once

#include "slot/operation_error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hal0::names {

/// `dev.hal0.Slots1.Error.NoSuchSlot` and so on. The sentence travels as the error's message.
std::string error_name(slot::ErrorKind kind);

/// The kind that such a name stands for; nothing for anybody else's errors, and for kinds that a newer service knows.
std::optional<slot::ErrorKind> error_kind(std::string_view error_name);

}  // namespace hal0::names
