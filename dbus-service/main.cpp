#include "dbus-service/hal0d.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <systemd/sd-daemon.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

/// GetManagedObjects fills a message of some hundred kB, which malloc would otherwise take from the kernel and give back each
/// time: a tenth of what the answer takes (mallopt(3), tests/bench/dbus).
void keep_memory_for_messages() {
    constexpr int bytes = 1024 * 1024;
    mallopt(M_MMAP_THRESHOLD, bytes);
    mallopt(M_TRIM_THRESHOLD, bytes);
}

void say(const std::exception& problem) { fmt::print(stderr, SD_ERR "hal0d: {}\n", problem.what()); }

}  // namespace

/// D-Bus activation starts it, through systemd; it takes no options. HAL0_ROOT is put before every path, for tests.
int main(int argc, char*[]) try {
    using namespace hal0;
    using service::Hal0d;
    if (argc > 1) {
        std::fputs("usage: hal0d\nThe D-Bus service dev.hal0.Slots1; systemd runs it (hal0d.service).\n", stderr);
        return 2;
    }
    keep_memory_for_messages();
    bus::Loop loop;
    const auto connection = sdbus::createSystemBusConnection();
    const auto* root = std::getenv("HAL0_ROOT");
    Hal0d hal0d{loop, *connection, root ? root : ""};
    bus::detach(hal0d.begin(), [&loop](std::exception_ptr problem) {
        if (!problem) return;
        try {
            std::rethrow_exception(problem);
        } catch (const std::exception& failed) {
            say(failed);
        }
        loop.exit(EXIT_FAILURE);
    });
    return loop.run();
} catch (const std::exception& problem) {
    say(problem);
    return EXIT_FAILURE;
}
