#include "dbus-service/servers/followed.hpp"

#include <tuple>

namespace hal0::service {
namespace {

// One failure is a server under load, or one answer lost.
constexpr int failures_that_count = 2;

auto what_changes_seldom(const ServerState& state) {
    return std::tuple{state.answers, state.activity.requests_in_flight, state.activity.models, state.last_used_at};
}

void use(ServerState& state, Moment at) {
    state.last_used_at = at.realtime;
    state.last_used_monotonic = at.monotonic;
}

}  // namespace

Followed Followed::since_its_start(Moment now) {
    Followed made;
    made.state_.activity = slot::just_started(now.monotonic);
    return made;
}

Followed Followed::since_later(Moment now) {
    Followed made;
    use(made.state_, now);
    return made;
}

bool Followed::take(const Look& look) {
    const auto before = what_changes_seldom(state_);
    if (look.healthy) {
        failures_in_a_row_ = *look.healthy ? 0 : failures_in_a_row_ + 1;
        state_.answers = failures_in_a_row_ < failures_that_count;
    }
    if (look.sample) take_sample(*look.sample, look.at);
    state_.memory_bytes = look.usage.memory_bytes;
    state_.cpu_usage_nsec = look.usage.cpu_nsec;
    return what_changes_seldom(state_) != before;
}

void Followed::take_sample(const slot::Sample& sample, Moment at) {
    auto merged = merge(state_.activity, sample, at.monotonic);
    state_.activity = std::move(merged.activity);
    if (merged.used) use(state_, at);
}

}  // namespace hal0::service
