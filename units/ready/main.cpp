#include "slot/name.hpp"
#include "slot/status_text.hpp"
#include "units/helper/environment.hpp"
#include "units/helper/podman.hpp"
#include "units/helper/report.hpp"
#include "units/helper/termination.hpp"
#include "units/ready/bundle.hpp"
#include "units/ready/end_reason.hpp"
#include "units/ready/last_seen.hpp"
#include "units/ready/wait_healthy.hpp"

#include <fmt/format.h>
#include <sys/types.h>
#include <sysexits.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <thread>

namespace {

using namespace hal0;

using helper::number;
using helper::report_failure;
using helper::report_status;
using helper::variable;

ready::LastSeen last_seen{[](const ready::Health& health) {
    if (!health.is_healthy()) report_status(slot::warming_text(health.in_words()));
}};

/// Servers take no SIGTERM before they are up, as the first process of their container not even by default, and there is nothing to lose.
/// `conmon` ends with its container.
void kill_container(const slot::SlotName& name, pid_t conmon) {
    // `systemctl kill` is for all processes of the unit, also for a podman that just comes into being: how that ends says nothing.
    for (int attempt = 0; attempt < 3; ++attempt) {
        // One that takes systemd's SIGTERM is gone by now, as it should be: what podman says of that would be a last error in the server's log.
        const auto killed = helper::run_podman({"kill", "--signal=KILL", container_name(name)}, helper::PodmanOutput::none);
        if (!killed) return helper::report_warning(killed.error());
        if (ready::ends_within(conmon, std::chrono::milliseconds{500})) return;
    }
}

/// What systemd says of the unit. systemctl asks, because what loads the bus's library starts later.
std::string ask_systemd(const slot::SlotName& name) {
    const auto command = fmt::format("systemctl show --property={} {}", ready::unit_properties, unit_name(name));  // a slot's name is one word to a shell
    const std::unique_ptr<FILE, int (*)(FILE*)> answer{popen(command.c_str(), "re"), pclose};
    std::array<char, 1024> text{};
    return answer ? std::string{text.data(), std::fread(text.data(), 1, text.size(), answer.get())} : std::string{};
}

/// What a SIGTERM does: it ends the server, without a failure if somebody stops the unit, else with one that is reported.
int end(const slot::SlotName& name, pid_t conmon) {
    std::thread killing{[&] { kill_container(name, conmon); }};  // takes podman a while, and the reason is known before
    const auto reason = ready::end_reason(ask_systemd(name), last_seen.health());
    if (reason) report_failure(*reason, EXIT_FAILURE);
    killing.join();
    return reason ? EXIT_FAILURE : EXIT_SUCCESS;
}

int wait_for(const slot::SlotName& name) {
    const auto port = number<std::uint16_t>("HAL0_PORT");
    const auto server = number<pid_t>("MAINPID");  // conmon, which ends with the container; systemd sets it
    const auto path = variable("HAL0_HEALTH_PATH");
    if (port == 0 || server == 0 || path.empty()) return report_failure("HAL0_PORT, HAL0_HEALTH_PATH or MAINPID is missing in the unit's environment", EX_CONFIG);
    helper::on_sigterm([name, server] { return end(name, server); });
    // clean-up sees by it whether conmon has removed the container when it ended.
    if (const auto problem = ready::link_bundle(variable("RUNTIME_DIRECTORY"), server)) helper::report_warning(problem->message);
    const auto outcome = ready::wait_healthy(
        server, [&] { return ready::ask(port, path); }, [](const ready::Health& health) { last_seen.see(health); });
    helper::yield_to_sigterm();
    if (outcome == ready::Outcome::process_ended)
        return report_failure(slot::ended_early_text(name), EXIT_FAILURE);
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
