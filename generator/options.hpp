#pragma once

#include <string>

namespace hal0::generator {

enum class Action { generate, dry_run, help, version, usage_error };

/// What the command line asks for (systemd.generator(7): one folder, or three of which the first is used).
struct Options {
    Action action = Action::usage_error;
    std::string output;   // the normal-dir
    std::string problem;  // one line, with usage_error
};

Options parse_options(int argc, char* argv[]);

extern const char* const help_text;

}  // namespace hal0::generator
