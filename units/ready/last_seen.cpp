#include "units/ready/last_seen.hpp"

#include "units/helper/termination.hpp"

namespace hal0::ready {
namespace {

bool is_there(const Health& health) { return health.answer == Health::Answer::status || health.answer == Health::Answer::silent; }

}  // namespace

void LastSeen::see(const Health& health) {
    const std::lock_guard lock{mutex_};
    if (helper::has_sigterm_come() || (is_there(health_) && !is_there(health))) return;
    health_ = health;
    report_(health);
}

Health LastSeen::health() {
    const std::lock_guard lock{mutex_};
    return health_;
}

}  // namespace hal0::ready
