#include "units/prepare/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hal0::prepare {
namespace {

/// Reads up to `most` bytes from an open file.
slot::Result<std::string> read_all(int fd, std::size_t most) {
    std::string text(most, '\0');
    std::size_t have = 0;
    while (have < most) {
        const auto got = read(fd, text.data() + have, most - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return slot::Error{std::strerror(errno)};
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    text.resize(have);
    return text;
}

slot::Error unreadable(const std::string& path, const std::string& reason) {
    return slot::Error{fmt::format("{} cannot be read: {}", path, reason)};
}

}  // namespace

slot::Result<std::optional<std::string>> read_foreign_file(const std::string& path, std::size_t most) {
    // O_NOFOLLOW refuses a link; O_PATH looks before it opens, because opening a FIFO or a device has effects (open(2)).
    const int found = open(path.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (found < 0) return errno == ENOENT ? slot::Result<std::optional<std::string>>{std::nullopt} : unreadable(path, std::strerror(errno));
    struct stat status {};
    const bool regular = fstat(found, &status) == 0 && S_ISREG(status.st_mode);
    const int fd = regular ? open(fmt::format("/proc/self/fd/{}", found).c_str(), O_RDONLY | O_CLOEXEC) : -1;
    const int problem = errno;
    close(found);
    if (fd < 0) return unreadable(path, regular ? std::strerror(problem) : "it is no regular file");
    auto text = read_all(fd, most);
    close(fd);
    if (!text) return unreadable(path, text.error());
    return std::optional{*std::move(text)};
}

}  // namespace hal0::prepare
