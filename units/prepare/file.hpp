#pragma once

#include "slot/result.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace hal0::prepare {

/// Reads a file in a folder that user `hal0` may write, with root's rights: only a regular file, not through a link, and
/// not more than `most` bytes. Nothing if there is no such file.
slot::Result<std::optional<std::string>> read_foreign_file(const std::string& path, std::size_t most);

}  // namespace hal0::prepare
