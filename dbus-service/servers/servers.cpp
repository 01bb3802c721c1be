#include "dbus-service/servers/servers.hpp"

#include <system_error>
#include <utility>

namespace hal0::service {
Servers::Servers(bus::Loop& loop, std::function<void(const slot::SlotName&)> changed, std::string root, const Rhythm& rhythm)
    : changed_(std::move(changed)), root_(std::move(root)), rhythm_(rhythm), began_monotonic_(Moment::now().monotonic),
      inbox_(loop, [this](const Found& found) { take(found); }) {}

Servers::~Servers() {
    // All of them first, so that they end side by side.
    for (auto& [name, watched] : watched_) watched.thread->stop();
}

void Servers::watch(const slot::SlotName& name, const RunningServer& server) {
    if (const auto known = watched_.find(name); known != watched_.end() && known->second.server == server) return;
    forget(name);
    if (watched_.size() == most_watched) return;
    const auto id = ++last_id_;
    auto thread = new_thread(id, name, server);
    if (!thread) return;
    const bool seen_to_start = server.active_since_monotonic >= began_monotonic_;
    auto followed = seen_to_start ? Followed::since_its_start(Moment::now()) : Followed::since_later(Moment::now());
    watched_.emplace(name, Watched{id, server, std::move(followed), std::move(thread)});
}

/// Nothing if there can be no further thread: the slot is not watched then, and the next watch() tries again.
std::unique_ptr<ProbeThread> Servers::new_thread(Id id, const slot::SlotName& name, const RunningServer& server) try {
    return std::make_unique<ProbeThread>(ServerProbe{server, rhythm_, root_}, rhythm_.sample,
                                         [this, id, name](std::optional<Look> look) { inbox_.post({id, name, std::move(look)}); });
} catch (const std::system_error&) {
    return nullptr;
}

void Servers::forget(const slot::SlotName& name) {
    const auto known = watched_.find(name);
    if (known == watched_.end()) return;
    known->second.thread->stop();
    ending_.emplace(known->second.id, std::move(known->second.thread));
    watched_.erase(known);
}

const ServerState& Servers::state(const slot::SlotName& name) const {
    static const ServerState unknown;
    const auto known = watched_.find(name);
    return known == watched_.end() ? unknown : known->second.followed.state();
}

void Servers::take(const Found& found) {
    if (!found.look) {
        ending_.erase(found.from);
        return;
    }
    const auto known = watched_.find(found.name);
    if (known == watched_.end() || known->second.id != found.from) return;
    if (known->second.followed.take(*found.look)) changed_(found.name);
}

}  // namespace hal0::service
