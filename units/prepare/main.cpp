#include "units/helper/environment.hpp"
#include "units/helper/report.hpp"
#include "units/prepare/prepare.hpp"

#include <sysexits.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

int main(int argc, char* argv[]) try {
    using namespace hal0;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const bool with_option = arguments.size() == 2;
    const auto option = with_option ? arguments[0] : "";
    if (arguments.size() != 1 && option != "--pull") {
        std::fputs("usage: prepare [--pull] SLOT\nA helper of hal0-slot@.service and hal0-slot-pull@.service; systemd runs it.\n", stderr);
        return EX_USAGE;
    }
    const auto name = slot::SlotName::parse(arguments.back());
    if (option == "--pull") return name ? prepare::pull(*name) : helper::report_failure(name.error(), EX_CONFIG);
    if (!name) return EXIT_SUCCESS;  // launch says why
    return prepare::prepare(*name, helper::variable("HAL0_ROOT"));
} catch (const std::exception& problem) {
    return hal0::helper::report_failure(problem.what(), EXIT_FAILURE);
}
