#include "units/prepare/termination.hpp"

#include "units/helper/report.hpp"
#include "units/prepare/systemd_bus.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace hal0::prepare {
namespace {

std::atomic<bool> terminating = false;

/// systemd sends the signal and changes the state before it answers anybody.
bool is_being_stopped(const std::string& unit) {
    int problem = 0;
    const auto bus = open_system_bus(problem);
    char* text = nullptr;
    if (problem >= 0)
        problem = sd_bus_get_property_string(bus.get(), systemd_service, unit_path(unit).c_str(), unit_interface, "ActiveState", nullptr, &text);
    const std::unique_ptr<char, decltype(&std::free)> freed{text, &std::free};
    return problem >= 0 && std::string_view{text} == "deactivating";
}

}  // namespace

void end_on_sigterm(const std::string& unit) {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &only, nullptr);
    std::thread{[only, unit] {
        int signal = 0;
        sigwait(&only, &signal);
        terminating = true;
        _exit(is_being_stopped(unit) ? EXIT_SUCCESS : helper::report_failure(fmt::format("somebody ended it with SIGTERM; try again: systemctl start {}", unit), EXIT_FAILURE));
    }}.detach();
}

void yield_to_sigterm() {
    while (terminating) pause();
}

}  // namespace hal0::prepare
