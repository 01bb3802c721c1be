#include "slot/disk/write_error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace hal0::disk {
namespace {

std::string reason_of(int problem) {
    switch (problem) {
        case ENOSPC: return "its disk is full: free some space and try again";
        case EDQUOT: return "the disk quota is used up: free some space and try again";
        case EROFS: return "its file system is read-only: mount it writable; or, if its folder was made after hal0d had started, run: systemctl restart hal0d";
        case EACCES:
        case EPERM: return "its folder may not be written: it must belong to user hal0, as systemd-tmpfiles --create hal0.conf sets it";
        case ENOENT:
        case ENOTDIR: return "there is no such folder: systemd-tmpfiles --create hal0.conf makes hal0's folders";
        case EXDEV:
        case EBUSY: return "it is a mount of its own, which a new file cannot replace: unmount it, or mount its folder instead";
        case EISDIR: return "there is a folder of that name: move it away";
        default: return std::strerror(problem);
    }
}

}  // namespace

slot::Error write_error(const std::string& path, int problem) {
    return slot::Error{fmt::format("{} cannot be changed: {}", path, reason_of(problem))};
}

}  // namespace hal0::disk
