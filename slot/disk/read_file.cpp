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

}  // namespace

slot::Result<std::optional<std::string>> read_file(const std::string& path, std::size_t most, Links links) {
    // O_PATH looks without opening (open(2)): opening a FIFO waits, and opening a device can do anything.
    const Descriptor found{open(path.c_str(), O_PATH | O_CLOEXEC | (links == Links::refuse ? O_NOFOLLOW : 0))};
    struct stat status {};
    if (!found) {
        const int problem = errno;
        // A link that leads nowhere is not the same as no file.
        const bool is_absent = problem == ENOENT && lstat(path.c_str(), &status) < 0;
        return is_absent ? Text{std::nullopt} : error_of(problem);
    }
    if (fstat(found.fd(), &status) < 0) return error_of(errno);
    if (S_ISLNK(status.st_mode)) return slot::Error{"it is a symbolic link, which is not followed here"};
    if (!S_ISREG(status.st_mode)) return slot::Error{"not a regular file"};
    const Descriptor opened{open(fmt::format("/proc/self/fd/{}", found.fd()).c_str(), O_RDONLY | O_CLOEXEC)};
    if (!opened) return error_of(errno);
    std::string text(std::min(static_cast<std::size_t>(status.st_size), most), '\0');
    if (!read_all(opened.fd(), text)) return error_of(errno);
    return std::optional{std::move(text)};
}

}  // namespace hal0::disk
