#include "generator/generate.hpp"

#include "generator/log.hpp"
#include "generator/write_output.hpp"
#include "slot/disk/sources.hpp"

#include <cstdio>
#include <cstdlib>

namespace hal0::generator {

int generate(const std::string& root, const Options& options, bool under_pid1) {
    const Log log{under_pid1};
    slot::Diagnostics folders;
    const auto sources = disk::read_sources(root, folders);
    const auto plan = slot::make_plan(sources);
    for (const auto& problem : folders) log.write(problem);
    for (const auto& problem : plan.diagnostics) log.write(problem);

    if (options.action == Action::dry_run) {
        if (std::fputs(print_output(render(plan)).c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
            log.error("the output cannot be written");
            return EXIT_FAILURE;
        }
    } else if (const auto problem = write_output(options.output, plan)) {
        log.error(problem->message);
        return EXIT_FAILURE;
    }
    return folders.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace hal0::generator
