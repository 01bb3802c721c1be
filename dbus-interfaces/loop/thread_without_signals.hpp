#pragma once

#include <signal.h>

#include <functional>
#include <thread>
#include <utility>

namespace hal0::bus {

/// A thread that takes no signal: they are the loop's. A thread inherits what is blocked, so it is blocked around its start.
/// Throws std::system_error.
inline std::thread thread_without_signals(std::function<void()> run) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread made{std::move(run)};
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return made;
}

}  // namespace hal0::bus
