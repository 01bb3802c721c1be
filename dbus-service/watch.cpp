#include "dbus-service/watch.hpp"

#include "slot/disk/paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace hal0::service {
namespace {

using What = Watch::What;

struct Watched {
    std::string_view folder;
    std::string_view name;  // with a * in front: whatever ends so
    What what;
};
constexpr std::array watched = {
    Watched{disk::settings_folder, "hal0.toml", What::slots},     Watched{disk::settings_folder, "profiles.toml", What::slots},
    Watched{disk::settings_folder, "hardware.json", What::slots}, Watched{disk::shipped_folder, "profiles.toml", What::slots},
    Watched{disk::slots_folder, "*.toml", What::slots},           Watched{disk::loaded_folder, "*", What::loaded},
    Watched{disk::registry_folder, "registry.toml", What::registry},
};

bool matches(const Watched& row, std::string_view folder, std::string_view name) {
    if (row.folder != folder) return false;
    return row.name.starts_with('*') ? name.ends_with(row.name.substr(1)) : name == row.name;
}

constexpr std::uint32_t itself = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
// Of a folder above: that the next one on the way appears. Little else ever happens there.
constexpr std::uint32_t appearing = IN_CREATE | IN_MOVED_TO;
// IN_CREATE, for a link is whole when it is made; IN_ATTRIB, for chmod(1) makes a file readable, and touch(1) a marker new.
constexpr std::uint32_t files = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB;

bool is_watched(std::string_view folder) {
    return std::any_of(watched.begin(), watched.end(), [&](const auto& row) { return row.folder == folder; });
}

/// Whether a watched folder is this one or below it.
bool leads_to_watched(const std::string& folder) {
    return std::any_of(watched.begin(), watched.end(), [&](const auto& row) { return row.folder == folder || row.folder.starts_with(folder + "/"); });
}

}  // namespace

Watch::Watch(bus::Loop& loop, std::string root, Listener listener, Pace pace)
    : loop_(loop), root_(std::move(root)), listener_(std::move(listener)), pace_(pace), timer_(loop, [this] { tell(); }) {
    if (const auto problem = watch_all()) throw std::runtime_error{problem->message};
}

/// Watches each folder and every one above it, so that none can be moved away or made again unseen.
std::optional<slot::Error> Watch::watch_all() {
    folders_.clear();
    std::optional<slot::Error> first;
    for (const auto& row : watched) {
        for (std::size_t end = 0;; end = row.folder.find('/', end + 1)) {
            const auto problem = watch_folder(std::string{row.folder.substr(0, end)});
            if (problem && !first) first = problem;
            if (end == std::string_view::npos) break;
        }
    }
    return first;
}

/// From the top down: if a folder is made just now, its parent is watched already and tells.
std::optional<slot::Error> Watch::watch_folder(const std::string& path) {
    if (std::any_of(folders_.begin(), folders_.end(), [&](const auto& folder) { return folder->path == path; })) return std::nullopt;
    auto folder = std::make_unique<Folder>(Folder{*this, path, {}});
    const auto mask = itself | appearing | (is_watched(path) ? files : 0);
    sd_event_source* made = nullptr;
    const auto real = path.empty() && root_.empty() ? "/" : root_ + path;
    const int result = sd_event_add_inotify(loop_.event(), &made, real.c_str(), mask, on_event, folder.get());
    if (result == -ENOENT || result == -ENOTDIR) return std::nullopt;  // its parent tells when it is there
    if (result < 0) {
        // What only leads to a folder may be closed to us: then that folder's own events have to do.
        if (!is_watched(path)) return std::nullopt;
        return slot::Error{fmt::format("changes in {} are not noticed: {}", path, std::strerror(-result))};
    }
    folder->source.reset(made);
    folders_.push_back(std::move(folder));
    return std::nullopt;
}

int Watch::on_event(sd_event_source*, const inotify_event* event, void* folder) {
    auto& in = *static_cast<Folder*>(folder);
    in.watch.take(in.path, *event);
    return 0;
}

void Watch::take(const std::string& folder, const inotify_event& event) {
    if (event.len == 0) return note_everything();  // the folder itself, or events were lost (IN_Q_OVERFLOW)
    const std::string_view name{static_cast<const char*>(event.name)};
    if ((event.mask & appearing) != 0 && leads_to_watched(fmt::format("{}/{}", folder, name))) return note_everything();
    if (name.starts_with('.')) return;  // a file in the making, ours or an editor's
    for (const auto& row : watched)
        if (matches(row, folder, name)) note(row.what);
}

void Watch::note(What what) {
    const auto now = std::chrono::steady_clock::now();
    if (noted_.empty()) first_ = now;
    noted_.insert(what);
    const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(first_ + pace_.longest - now);
    timer_.set(std::min<std::chrono::microseconds>(pace_.quiet, rest));
}

void Watch::note_everything() {
    folders_changed_ = true;
    for (const auto what : {What::slots, What::loaded, What::registry}) note(what);
}

void Watch::tell() {
    // First the new folders: what happens in them from now on is seen, and what happened before is told of now.
    if (std::exchange(folders_changed_, false))
        if (const auto problem = watch_all()) listener_.failed(*problem);
    for (const auto what : std::exchange(noted_, {})) listener_.changed(what);
}

}  // namespace hal0::service
