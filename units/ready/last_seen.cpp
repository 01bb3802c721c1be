#include "units/ready/last_seen.hpp"

#include <signal.h>

namespace hal0::ready {
namespace {

bool is_sigterm_pending() {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1;
}

}  // namespace

void LastSeen::see(const Health& health) {
    const std::lock_guard lock{mutex_};
    if (ended_ || is_sigterm_pending()) return;
    health_ = health;
    report_(health);
}

Health LastSeen::end() {
    const std::lock_guard lock{mutex_};
    ended_ = true;
    return health_;
}

bool LastSeen::has_ended() {
    const std::lock_guard lock{mutex_};
    return ended_ || is_sigterm_pending();
}

}  // namespace hal0::ready
