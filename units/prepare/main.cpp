#include "units/prepare/prepare.hpp"
#include "units/prepare/report.hpp"
#include "units/prepare/request.hpp"

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
    if (arguments.size() != 1 && option != "--refuse" && option != "--pull") {
        std::fputs("usage: prepare [--refuse|--pull] SLOT\nA helper of hal0-slot@.service and hal0-slot-pull@.service; systemd runs it.\n", stderr);
        return EX_USAGE;
    }
    const auto name = slot::SlotName::parse(arguments.back());
    if (!name) {
        prepare::report_failure(name.error());
        return EX_CONFIG;
    }
    if (option == "--refuse") return prepare::refuse(*name);
    if (option == "--pull") return prepare::pull(*name);
    return prepare::prepare(*name, prepare::variable("HAL0_ROOT"));
} catch (const std::exception& problem) {
    hal0::prepare::report_failure(problem.what());
    return EXIT_FAILURE;
}
