#include "cli/commands/candidates.hpp"
#include "cli/commands/commands.hpp"

#include <cstdio>
#include <memory>

namespace hal0::cli {

void add_completion(CLI::App& hal0, Context&) {
    const auto shell = std::make_shared<std::string>();
    auto* command = add_command(hal0, "completion", "Print the completion for a shell; packages install it", "source <(hal0 completion bash)");
    command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}))->option_text("SHELL");
    command->callback([shell] { std::fputs(completion_script(*shell).c_str(), stdout); });
}

}  // namespace hal0::cli
