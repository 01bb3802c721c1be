#pragma once

#include "slot/result.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace hal0::disk {

/// Whether a path may end in a symbolic link. Refuse it where somebody else could point it at a file that only the
/// reader may see.
enum class Links { follow, refuse };

// The readers refuse a file of more than 1 MiB; one byte more is enough for them to see it.
inline constexpr std::size_t most_bytes = 1024 * 1024 + 1;

/// Reads a regular file, and of that at most `most` bytes: never waits for a FIFO, never follows a link to a
/// device. Its size is what stat(2) says: the files of proc(5) and sysfs(5) are not for this.
/// @return nothing if there is no such file; the reason alone if it cannot be read: "Permission denied".
slot::Result<std::optional<std::string>> read_file(const std::string& path, std::size_t most = most_bytes, Links links = Links::follow);

}  // namespace hal0::disk
