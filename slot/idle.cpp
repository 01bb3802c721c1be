#include "slot/idle.hpp"

#include <algorithm>

namespace hal0::slot {

constexpr std::uint64_t second = 1'000'000, ask_again = 60 * second;

RestStep rest_step(const Rest& rest, std::uint64_t now) {
    const auto idle_at = rest.used + rest.idle_after_s * second;
    auto unload_at = rest.idle_timeout_s == 0 ? UINT64_MAX : rest.used + rest.idle_timeout_s * second;
    if (rest.unload_asked_at != 0) unload_at = std::max(unload_at, rest.unload_asked_at + ask_again);
    RestStep step{.unload = now >= unload_at};
    if (step.unload) unload_at = now + ask_again;
    step.look_again = now < idle_at ? std::min(idle_at, unload_at) : unload_at;
    return step;
}

}  // namespace hal0::slot
