#pragma once

#include <string>
#include <string_view>

namespace hal0::http {

/// SHA-256, 64 hexadecimal digits.
std::string sha256_hex(std::string_view text);

}  // namespace hal0::http
