#include "slot/name.hpp"
#include "slot/status_text.hpp"
#include "units/ready/wait_healthy.hpp"

#include <systemd/sd-daemon.h>
#include <sysexits.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

using namespace hal0;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// A whole number from the environment; 0 if there is none.
template <class Number>
Number number(const char* name) {
    const auto text = variable(name);
    Number value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size() ? value : Number{0};
}

void report(const std::string& status) { sd_notify(0, ("STATUS=" + status).c_str()); }

int fail(const std::string& reason, int status) {
    report(reason);
    std::fprintf(stderr, SD_ERR "%s\n", reason.c_str());
    return status;
}

int wait_for(const slot::SlotName& name) {
    const auto port = number<std::uint16_t>("HAL0_PORT");
    const auto server = number<pid_t>("MAINPID");  // conmon, which ends with the container; systemd sets it
    const auto path = variable("HAL0_HEALTH_PATH");
    if (port == 0 || server == 0 || path.empty()) return fail("HAL0_PORT, HAL0_HEALTH_PATH or MAINPID is missing in the unit's environment", EX_CONFIG);
    const auto outcome = ready::wait_healthy(
        server, [&] { return ready::ask(port, path); },
        [](ready::Health health) {
            if (health != ready::Health::healthy) report(slot::warming_text(ready::in_words(health)));
        });
    if (outcome == ready::Outcome::process_ended)
        return fail("the model server ended before it answered; its last words: journalctl -u " + slot::unit_name(name), EXIT_FAILURE);
    report(slot::answers_text(port));
    return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char* argv[]) try {
    const auto name = slot::SlotName::parse(argc == 2 ? argv[1] : "");
    if (name) return wait_for(*name);
    std::fputs("usage: ready SLOT\nA helper of hal0-slot@.service; systemd runs it.\n", stderr);
    return EX_USAGE;
} catch (const std::exception& problem) {
    return fail(problem.what(), EXIT_FAILURE);
}
