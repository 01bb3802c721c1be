#include "slot/disk/temporary.hpp"

#include "slot/text.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <system_error>

namespace hal0::disk {
namespace {

constexpr std::string_view prefix = ".hal0-";
constexpr std::string_view pattern = ".XXXXXX";

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

bool is_temporary(std::string_view name) {
    if (!name.starts_with(prefix) || name.size() <= prefix.size() + pattern.size()) return false;
    const auto random = name.substr(name.size() - pattern.size());
    return random.front() == '.' && std::all_of(random.begin() + 1, random.end(), slot::is_letter_or_digit);
}

bool is_our_file(int folder, const char* name) {
    struct stat status {};
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

}  // namespace

Temporary::Temporary(const std::string& target, std::string_view text, mode_t mode)
    : path_(fmt::format("{}/{}{}{}", folder_of(target), prefix, target.substr(target.rfind('/') + 1), pattern)),
      file_(mkostemp(path_.data(), O_CLOEXEC)) {
    if (!file_) fail("mkostemp");
    if (write_all(file_.fd(), text) && fchmod(file_.fd(), mode) == 0 && fsync(file_.fd()) == 0) return;
    const int problem = errno;
    remove();
    errno = problem;
    fail("write");
}

void Temporary::replace(const std::string& target) {
    if (rename(path_.c_str(), target.c_str()) < 0) fail("rename");
    path_.clear();
}

bool Temporary::create(const std::string& target) {
    // link(2) refuses a name that is taken on every file system; RENAME_NOREPLACE does not exist on all.
    if (link(path_.c_str(), target.c_str()) == 0) return true;
    if (errno != EEXIST) fail("link");
    return false;
}

bool Temporary::exchange(const std::string& target) {
    if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return true;
    if (errno != ENOENT) fail("renameat2");
    return false;
}

void Temporary::remove() {
    if (!path_.empty()) unlink(path_.c_str());
    path_.clear();
}

slot::Result<std::size_t> remove_stale_temporaries(const std::string& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> entries{opendir(folder.c_str()), closedir};
    if (!entries) return slot::Error{fmt::format("{} cannot be read: {}", folder, std::strerror(errno))};
    std::size_t removed = 0;
    while (const auto* entry = readdir(entries.get())) {
        const auto* name = static_cast<const char*>(entry->d_name);
        if (is_temporary(name) && is_our_file(dirfd(entries.get()), name) && unlinkat(dirfd(entries.get()), name, 0) == 0) ++removed;
    }
    return removed;
}

void sync_folder_of(const std::string& path) {
    const Descriptor folder{open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder || fsync(folder.fd()) < 0) fail("fsync");
}

}  // namespace hal0::disk
