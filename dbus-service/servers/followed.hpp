#pragma once

#include "dbus-service/servers/moment.hpp"
#include "dbus-service/servers/server_probe.hpp"
#include "dbus-service/servers/server_state.hpp"

namespace hal0::service {

/// What is known of one start of a server, from look to look.
class Followed {
public:
    /// A server that hal0d saw start has not been used yet. Of one that is older nobody can tell when that was, so it counts as used
    /// now: it is unloaded rather too late than in the middle of somebody's work.
    static Followed since_its_start(Moment now);
    static Followed since_later(Moment now);

    /// Takes up one look. @return whether anything changed but the figures that move all the time: memory, CPU time, tokens.
    bool take(const Look& look);

    const ServerState& state() const { return state_; }

private:
    void take_sample(const slot::Sample& sample, Moment at);

    ServerState state_;
    int failures_in_a_row_ = 0;
};

}  // namespace hal0::service
