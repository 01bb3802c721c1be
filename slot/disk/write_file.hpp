#pragma once

#include "slot/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hal0::disk {

/// Writes that are atomic and durable: at any moment, also after a crash or a power cut, a file is the old one or the new
/// one, whole; and when a function has returned, the new one is on the disk. All of them wait for the disk, so they are not
/// for a thread that must not wait. New files are readable by all, whatever the umask: none holds a secret.

/// Writes a file that is hal0's own, over whatever is there; a link is replaced, not followed. For the files that people
/// write, use the others. Returns nothing, or why not.
std::optional<slot::Error> write_file(const std::string& path, std::string_view text);

/// Makes a new file. False, and nothing happened, if there is anything of that name, be it a link that leads nowhere.
slot::Result<bool> create_file(const std::string& path, std::string_view text);

/// Rewrites a file that people write, too: only if it still holds `expected`, which the caller has read and derived `text`
/// from. False, and nothing happened, if it does not, or is gone: read it again, and decide again.
///
/// A link stays a link: the file it leads to is rewritten, if that is in a folder that may be written, else it is an error.
/// The file keeps its mode; it belongs to who rewrites it.
slot::Result<bool> replace_file(const std::string& path, std::string_view expected, std::string_view text);

/// Removes a file; of a link, the link and not what it leads to. False if there is none.
slot::Result<bool> remove_file(const std::string& path);

}  // namespace hal0::disk
