#include "units/helper/termination.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

namespace hal0::helper {

void on_sigterm(std::function<int()> end) {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &only, nullptr);
    const int come = signalfd(-1, &only, SFD_CLOEXEC);
    if (come < 0) throw std::system_error{errno, std::generic_category(), "signalfd"};
    std::thread{[come, end = std::move(end)] {
        pollfd readable{.fd = come, .events = POLLIN, .revents = 0};  // nobody reads it
        while (poll(&readable, 1, -1) <= 0) {}
        _exit(end());
    }}.detach();
}

bool has_sigterm_come() {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1;
}

void yield_to_sigterm() {
    while (has_sigterm_come()) pause();
}

}  // namespace hal0::helper
