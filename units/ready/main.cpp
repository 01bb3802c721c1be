#include "slot/name.hpp"
#include "slot/status_text.hpp"
#include "units/helper/environment.hpp"
#include "units/helper/podman.hpp"
#include "units/helper/report.hpp"
#include "units/helper/runtime_file.hpp"
#include "units/ready/wait_healthy.hpp"

#include <signal.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace hal0;

using helper::number;
using helper::report_failure;
using helper::report_status;
using helper::variable;

std::atomic<bool> terminating = false;

/// Servers take no SIGTERM before they are up, as the first process of their container not even by default, and there is nothing to lose.
void kill_container(const slot::SlotName& name) {
    const auto kill = [&] { return helper::run_podman({"kill", "--signal=KILL", container_name(name)}); };
    auto killed = kill();
    // `systemctl kill` is for all processes of the unit, also for one that just comes into being.
    if (killed && *killed == 128 + SIGTERM) killed = kill();
    if (!killed) helper::report_warning(killed.error());
}

/// systemd changes the state before it sends the signal. systemctl asks, because what loads the bus's library starts later.
bool is_being_stopped(const slot::SlotName& name) {
    const auto command = "systemctl show --property=ActiveState --value " + unit_name(name);  // a slot's name is one word to a shell
    const std::unique_ptr<FILE, int (*)(FILE*)> answer{popen(command.c_str(), "re"), pclose};
    std::array<char, 32> state{};
    return answer && std::fgets(state.data(), state.size(), answer.get()) && std::string_view{state.data()} == "deactivating\n";
}

/// From now on SIGTERM ends the server and this process: without a failure if systemd is stopping the unit, else with one that is reported.
void end_on_sigterm(const slot::SlotName& name) {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &only, nullptr);  // before any thread starts: the waiting one takes the signal
    std::thread{[only, name] {
        int signal = 0;
        sigwait(&only, &signal);
        terminating = true;
        kill_container(name);
        _exit(is_being_stopped(name) ? EXIT_SUCCESS : report_failure("somebody ended it with SIGTERM before the model server answered", EXIT_FAILURE));
    }}.detach();
}

/// Tells clean-up that the container is conmon's, which removes it when it ends: nobody else has to.
void record_conmon(pid_t conmon) {
    if (const auto problem = helper::write_runtime_file(variable("RUNTIME_DIRECTORY"), "conmon.pid", std::to_string(conmon) + '\n'))
        helper::report_warning(problem->message);
}

int wait_for(const slot::SlotName& name) {
    const auto port = number<std::uint16_t>("HAL0_PORT");
    const auto server = number<pid_t>("MAINPID");  // conmon, which ends with the container; systemd sets it
    const auto path = variable("HAL0_HEALTH_PATH");
    if (port == 0 || server == 0 || path.empty()) return report_failure("HAL0_PORT, HAL0_HEALTH_PATH or MAINPID is missing in the unit's environment", EX_CONFIG);
    end_on_sigterm(name);
    record_conmon(server);
    const auto outcome = ready::wait_healthy(
        server, [&] { return ready::ask(port, path); },
        [](const ready::Health& health) {
            if (!health.is_healthy()) report_status(slot::warming_text(health.in_words()));
        });
    while (terminating) pause();  // it is for that to end the process
    if (outcome == ready::Outcome::process_ended)
        return report_failure("the model server ended before it answered; its last words: journalctl -u " + slot::unit_name(name), EXIT_FAILURE);
    report_status(slot::answers_text(port));
    return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char* argv[]) try {
    const auto name = slot::SlotName::parse(argc == 2 ? argv[1] : "");
    if (name) return wait_for(*name);
    std::fputs("usage: ready SLOT\nA helper of hal0-slot@.service; systemd runs it.\n", stderr);
    return EX_USAGE;
} catch (const std::exception& problem) {
    return report_failure(problem.what(), EXIT_FAILURE);
}
