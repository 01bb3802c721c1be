// ExecStart= of hal0-slot@: becomes the command that its drop-in puts behind it, if prepare has left everything ready.
//
// It stands between because systemd heeds RestartPreventExitStatus= for the main process only (systemd.service(5)): what
// no restart can mend is found out by prepare, and said here. And a prepare that a signal ended leaves nothing to run.
#include "slot/name.hpp"
#include "slot/status_text.hpp"
#include "units/helper/environment.hpp"
#include "units/helper/report.hpp"
#include "units/helper/runtime_file.hpp"
#include "units/launch/started.hpp"

#include <fmt/format.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

namespace {

using namespace hal0;

using helper::report_failure;
using helper::report_warning;
using helper::variable;

/// Why the slot must not run; empty if it may.
std::string refusal(const slot::SlotName& name, bool has_command) {
    if (const auto reason = variable("HAL0_CONFIG_ERROR"); !reason.empty()) return reason;
    if (!has_command) return slot::no_configuration_text(name);
    if (const auto reason = variable("HAL0_REFUSAL"); !reason.empty()) return reason;
    if (variable("HAL0_PREPARED").empty()) return fmt::format("a signal ended the start before it was ready; try again: systemctl start {}", unit_name(name));
    return {};
}

}  // namespace

int main(int argc, char* argv[]) try {
    if (argc < 2) {
        std::fputs("usage: launch SLOT [COMMAND [ARGUMENT...]]\nA helper of hal0-slot@.service; systemd runs it.\n", stderr);
        return EX_USAGE;
    }
    const auto name = slot::SlotName::parse(argv[1]);
    if (!name) return report_failure(name.error(), EX_CONFIG);
    char** const command = argv + 2;  // ends with a null pointer, as argv does
    if (const auto reason = refusal(*name, *command != nullptr); !reason.empty()) return report_failure(reason, EX_CONFIG);
    // An earlier run's, if somebody has the folder kept (RuntimeDirectoryPreserve=): it is gone with that.
    unlink(fmt::format("{}/{}", variable("RUNTIME_DIRECTORY"), helper::bundle_link).c_str());
    // What is not known of it later is no reason not to run it.
    if (const auto problem = launch::record_start(variable("RUNTIME_DIRECTORY"), {command, argv + argc})) report_warning(problem->message);
    execvp(*command, command);
    constexpr int cannot_be_run = 127;  // as a shell says it, and podman of a container's command
    return report_failure(fmt::format("{} cannot be run: {}", *command, std::strerror(errno)), cannot_be_run);
} catch (const std::exception& problem) {
    return hal0::helper::report_failure(problem.what(), EXIT_FAILURE);
}
