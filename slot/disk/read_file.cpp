#include "slot/disk/read_file.hpp"

#include "slot/disk/descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace hal0::disk {
namespace {

using Text = slot::Result<std::optional<std::string>>;

Text error_of(int problem) { return slot::Error{std::strerror(problem)}; }

/// Opens a file without following a link or waiting for a FIFO. It would open a device; but only root can make one there.
Descriptor open_itself(const std::string& path) { return Descriptor{open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)}; }

/// Opens what a link leads to, if it is a regular file: anybody who may make a link can make one to a device, and opening that
/// can do anything. O_PATH looks without opening (open(2)).
Descriptor open_linked(const std::string& path) {
    Descriptor found{open(path.c_str(), O_PATH | O_CLOEXEC)};
    struct stat status {};
    if (!found || fstat(found.fd(), &status) < 0 || !S_ISREG(status.st_mode)) return found;
    return Descriptor{open(fmt::format("/proc/self/fd/{}", found.fd()).c_str(), O_RDONLY | O_CLOEXEC)};
}

/// Reads an open file, which may turn out to be something else.
Text read_opened(const Descriptor& file, std::size_t most) {
    struct stat status {};
    if (fstat(file.fd(), &status) < 0) return error_of(errno);
    if (!S_ISREG(status.st_mode)) return slot::Error{"not a regular file"};
    std::string text(std::min(static_cast<std::size_t>(status.st_size), most), '\0');
    if (!read_all(file.fd(), text)) return error_of(errno);
    return std::optional{std::move(text)};
}

}  // namespace

Text read_file(const std::string& path, std::size_t most, Links links) {
    if (const auto file = open_itself(path)) return read_opened(file, most);
    if (errno == ENOENT) return Text{std::nullopt};
    if (errno != ELOOP) return error_of(errno);
    if (links == Links::refuse) return slot::Error{"it is a symbolic link, which is not followed here"};
    const auto file = open_linked(path);
    return file ? read_opened(file, most) : error_of(errno);
}

}  // namespace hal0::disk
