#include "generator/options.hpp"

#include <getopt.h>

#include <array>

namespace hal0::generator {

const char* const help_text =
    "usage: hal0-generator NORMAL-DIR [EARLY-DIR LATE-DIR]\n"
    "       hal0-generator --dry-run\n"
    "\n"
    "Turns /etc/hal0/slots/*.toml into drop-ins for hal0-slot@.service. systemd runs it at boot and at\n"
    "every daemon-reload; run it by hand with --dry-run to see what it makes of the files.\n"
    "\n"
    "  --dry-run   print what would be written, and what is wrong with the files, and write nothing\n"
    "  --help      this text\n"
    "  --version   the version\n"
    "\n"
    "HAL0_ROOT=DIR reads DIR/etc/hal0 and DIR/usr/share/hal0 instead.\n"
    "Exit status: 0 done (also when a slot's file is wrong: that slot says so when it starts), 1 the output or a\n"
    "folder cannot be used, 2 wrong usage.\n";

namespace {

Options usage_error(std::string problem) { return {Action::usage_error, "", std::move(problem)}; }

Action action_of(int option) {
    return option == 'n' ? Action::dry_run : option == 'h' ? Action::help : option == 'V' ? Action::version : Action::usage_error;
}

}  // namespace

Options parse_options(int argc, char* argv[]) {
    static constexpr std::array<option, 4> known = {{
        {"dry-run", no_argument, nullptr, 'n'}, {"help", no_argument, nullptr, 'h'}, {"version", no_argument, nullptr, 'V'}, {nullptr, 0, nullptr, 0}}};
    opterr = 0;
    optind = 1;
    auto action = Action::generate;
    for (int found = 0, word = optind; (found = getopt_long(argc, argv, "+h", known.data(), nullptr)) != -1; word = optind) {
        if (found == '?') return usage_error("unknown option " + std::string{argv[word]} + "; see hal0-generator --help");
        action = action_of(found);
        if (action != Action::dry_run) return {action, "", ""};
    }
    const int folders = argc - optind;
    if (action == Action::dry_run && folders == 0) return {action, "", ""};
    if (action == Action::dry_run) return usage_error("--dry-run writes nothing and takes no folder; see hal0-generator --help");
    if (folders != 1 && folders != 3) return usage_error("expected one folder, or three; see hal0-generator --help");
    return {Action::generate, argv[optind], ""};
}

}  // namespace hal0::generator
