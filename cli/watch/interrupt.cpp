#include "cli/watch/interrupt.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace hal0::cli {
namespace {

sigset_t interrupt_alone() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    return signals;
}

int watch_interrupt() {
    struct sigaction now {};
    sigaction(SIGINT, nullptr, &now);
    if (now.sa_handler == SIG_IGN) return -1;
    const auto signals = interrupt_alone();
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

Interrupt::Interrupt() : signals_(watch_interrupt()) {}

// A signal that came in the meantime takes effect now.
Interrupt::~Interrupt() {
    const auto signals = interrupt_alone();
    sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

void end_by_interrupt() {
    std::fflush(nullptr);
    std::signal(SIGINT, SIG_DFL);
    const auto signals = interrupt_alone();
    sigprocmask(SIG_UNBLOCK, &signals, nullptr);
    raise(SIGINT);
    _exit(130);
}

}  // namespace hal0::cli
