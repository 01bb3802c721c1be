#include "generator/read_sources.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

namespace hal0::generator {
namespace {

// The readers refuse a file of more than 1 MiB; one byte more is enough to tell them.
constexpr std::size_t most_bytes = 1024 * 1024 + 1;

/// A file descriptor that is closed at the end of its scope.
class File {
public:
    explicit File(int fd) : fd_(fd) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (fd_ >= 0) close(fd_);
    }
    int fd() const { return fd_; }

private:
    int fd_;
};

std::string error_text() { return std::strerror(errno); }

/// Opens a regular file. It is looked at before it is opened (O_PATH, open(2)): opening a FIFO waits, and opening a
/// device can do anything. -1 and errno otherwise.
int open_regular(int folder, const char* name) {
    const File found{openat(folder, name, O_PATH | O_CLOEXEC)};
    struct stat status {};
    if (found.fd() < 0 || fstat(found.fd(), &status) < 0) return -1;
    if (!S_ISREG(status.st_mode)) {
        errno = ENXIO;
        return -1;
    }
    return open(fmt::format("/proc/self/fd/{}", found.fd()).c_str(), O_RDONLY | O_CLOEXEC);
}

/// Reads a regular file; nothing if there is none.
std::optional<slot::SourceFile> read_file(int folder, const char* name, const std::string& shown_path) {
    slot::SourceFile file{shown_path, {}, {}};
    const File opened{open_regular(folder, name)};
    struct stat status {};
    if (opened.fd() < 0) {
        const bool absent = errno == ENOENT && fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0;
        if (absent) return std::nullopt;
        file.problem = errno == ENXIO ? "not a regular file" : error_text();
        return file;
    }
    if (fstat(opened.fd(), &status) < 0) {
        file.problem = error_text();
        return file;
    }
    file.text.resize(std::min<std::size_t>(static_cast<std::size_t>(status.st_size), most_bytes));
    std::size_t have = 0;
    while (have < file.text.size()) {
        const auto got = read(opened.fd(), file.text.data() + have, file.text.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) file.problem = error_text();
        if (got <= 0) break;
        have += static_cast<std::size_t>(got);
    }
    file.text.resize(have);
    return file;
}

std::optional<slot::SourceFile> read_path(const std::string& root, const std::string& path) {
    return read_file(AT_FDCWD, (root + path).c_str(), path);
}

/// Calls `visit(folder's descriptor, name)` for each entry that is not hidden. An absent folder is an empty one.
template <class Visit>
void for_each_entry(const std::string& root, const std::string& path, slot::Diagnostics& diagnostics, Visit visit) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir((root + path).c_str()), closedir};
    if (!folder) {
        if (errno != ENOENT) diagnostics.push_back({slot::Severity::error, {path}, "", "the folder cannot be read: " + error_text()});
        return;
    }
    while (const auto* entry = readdir(folder.get()))
        if (entry->d_name[0] != '.') visit(dirfd(folder.get()), static_cast<const char*>(entry->d_name));
}

/// The names of the slots' files, sorted: the order of a folder is the file system's own, and which of two bad files speaks
/// first, or is one too many, must not depend on it. One more than the plan takes, so that it can say so.
std::vector<std::string> slot_files(const std::string& root, const std::string& folder, slot::Diagnostics& diagnostics) {
    std::vector<std::string> names;
    for_each_entry(root, folder, diagnostics, [&](int, std::string_view name) {
        if (name.ends_with(".toml")) names.emplace_back(name);
    });
    std::sort(names.begin(), names.end());
    names.resize(std::min(names.size(), slot::most_slots + 1));
    return names;
}

}  // namespace

slot::Sources read_sources(const std::string& root, slot::Diagnostics& diagnostics) {
    slot::Sources sources;
    sources.settings = read_path(root, "/etc/hal0/hal0.toml");
    sources.hardware = read_path(root, "/etc/hal0/hardware.json");
    for (const auto* path : {"/usr/share/hal0/profiles.toml", "/etc/hal0/profiles.toml"})
        if (auto file = read_path(root, path)) sources.profiles.push_back(*std::move(file));

    const std::string slots = "/etc/hal0/slots";
    for (const auto& name : slot_files(root, slots, diagnostics))
        if (auto file = read_file(AT_FDCWD, (root + slots + "/" + name).c_str(), slots + "/" + name)) sources.slots.push_back(*std::move(file));
    for_each_entry(root, "/etc/hal0/loaded", diagnostics, [&](int folder, const char* name) {
        struct stat status {};
        if (sources.loaded.size() <= slot::most_slots && fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
            sources.loaded[name] = {status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
    });
    return sources;
}

}  // namespace hal0::generator
