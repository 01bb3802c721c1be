#pragma once

#include "dbus-interfaces/loop/loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

namespace hal0::test {

/// A test that turns a loop itself.
class TurningLoop : public testing::Test {
protected:
    /// Turns the loop until it is so, or for 20 seconds.
    bool turn_until(const std::function<bool()>& so) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!so()) {
            if (std::chrono::steady_clock::now() > give_up) return false;
            turn();
        }
        return true;
    }
    void turn() { sd_event_run(loop_.event(), 2'000); }
    /// Turns it for a while: nothing can be waited for where nothing is to come. @return how often there was something to do
    int turn_a_while(std::chrono::milliseconds time = std::chrono::milliseconds{100}) {
        int count = 0;
        for (const auto end = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < end;) count += sd_event_run(loop_.event(), 10'000) > 0 ? 1 : 0;
        return count;
    }

    /// Turns it until there is next to nothing to do, which a loop that spins never comes to.
    bool comes_to_rest() {
        return turn_until([this] { return turn_a_while(std::chrono::milliseconds{300}) < 5; });
    }

    bus::Loop loop_{bus::Loop::without_signals};
};

}  // namespace hal0::test
