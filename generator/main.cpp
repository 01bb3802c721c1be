#include "generator/generate.hpp"
#include "generator/options.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

int main(int argc, char* argv[]) try {
    using namespace hal0::generator;
    const auto options = parse_options(argc, argv);
    switch (options.action) {
        case Action::help: std::fputs(help_text, stdout); return EXIT_SUCCESS;
        case Action::version: std::puts("hal0-generator " HAL0_VERSION); return EXIT_SUCCESS;
        case Action::usage_error: std::fprintf(stderr, "hal0-generator: %s\n", options.problem.c_str()); return 2;
        case Action::generate:
        case Action::dry_run: break;
    }
    // systemd.generator(7): the scope is set for generators only, since systemd 251. Slots are the system's, and /etc is
    // not there in the initrd.
    const auto scope = environment("SYSTEMD_SCOPE");
    if (scope == "user" || environment("SYSTEMD_IN_INITRD") == "1") return EXIT_SUCCESS;
    umask(0022);
    return generate(std::string{environment("HAL0_ROOT")}, options, scope == "system");
} catch (const std::exception& problem) {
    std::fprintf(stderr, "hal0-generator: %s\n", problem.what());
    return EXIT_FAILURE;
}
