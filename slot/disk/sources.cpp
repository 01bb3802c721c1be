#include "slot/disk/sources.hpp"

#include "slot/disk/paths.hpp"
#include "slot/disk/read_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace hal0::disk {
namespace {

/// Reads a file; nothing if there is none.
std::optional<slot::SourceFile> read_source(const std::string& root, std::string path, Links links = Links::follow) {
    auto text = read_file(root + path, most_bytes, links);
    if (!text) return slot::SourceFile{std::move(path), {}, text.error()};
    if (!*text) return std::nullopt;
    return slot::SourceFile{std::move(path), **std::move(text), {}};
}

/// Calls `visit(folder's descriptor, name)` for each entry that is not hidden. An absent folder is an empty one.
template <class Visit>
void for_each_entry(const std::string& root, const std::string& path, slot::Diagnostics& diagnostics, Visit visit) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir((root + path).c_str()), closedir};
    if (!folder) {
        if (errno != ENOENT)
            diagnostics.push_back({slot::Severity::error, {path}, "", std::string{"the folder cannot be read: "} + std::strerror(errno)});
        return;
    }
    while (const auto* entry = readdir(folder.get()))
        if (entry->d_name[0] != '.') visit(dirfd(folder.get()), static_cast<const char*>(entry->d_name));
}

/// The names of the slots' files, sorted: the order of a folder is the file system's own, and which of two bad files speaks
/// first, or is one too many, must not depend on it. One more than the plan takes, so that it can say so.
std::vector<std::string> slot_files(const std::string& root, slot::Diagnostics& diagnostics) {
    std::vector<std::string> names;
    for_each_entry(root, slots_folder, diagnostics, [&](int, std::string_view name) {
        if (name.ends_with(".toml")) names.emplace_back(name);
    });
    std::sort(names.begin(), names.end());
    names.resize(std::min(names.size(), slot::most_slots + 1));
    return names;
}

}  // namespace

slot::Sources read_sources(const std::string& root, slot::Diagnostics& diagnostics) {
    slot::Sources sources;
    sources.settings = read_source(root, settings_path);
    sources.hardware = read_source(root, hardware_path);
    for (const auto* path : {shipped_profiles_path, admin_profiles_path})
        if (auto file = read_source(root, path)) sources.profiles.push_back(*std::move(file));

    const std::string slots = slots_folder;
    const auto names = slot_files(root, diagnostics);
    sources.slots.reserve(names.size());
    for (const auto& name : names)
        if (auto file = read_source(root, slots + "/" + name)) sources.slots.push_back(*std::move(file));
    for_each_entry(root, loaded_folder, diagnostics, [&](int folder, const char* name) {
        struct stat status {};
        if (sources.loaded.size() <= slot::most_slots && fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
            sources.loaded[name] = {status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
    });
    return sources;
}

std::optional<slot::SourceFile> read_registry(const std::string& root) { return read_source(root, registry_path, Links::refuse); }

}  // namespace hal0::disk
