#include "slot/disk/descriptor.hpp"

#include <unistd.h>

#include <cerrno>

namespace hal0::disk {

Descriptor::~Descriptor() {
    const int kept = errno;  // a function that failed closes what it had opened, and its caller asks why
    if (fd_ >= 0) close(fd_);
    errno = kept;
}

bool read_all(int fd, std::string& text) {
    std::size_t have = 0;
    while (have < text.size()) {
        const auto got = read(fd, text.data() + have, text.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    text.resize(have);
    return true;
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto written = write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace hal0::disk
