#include "cli/commands/commands.hpp"

#include <fmt/format.h>

#include <memory>

namespace hal0::cli {
namespace {

void status(Context& context, const std::string& name, bool as_json) {
    const auto body = context.client().get_text(slot_path(name));
    if (as_json) return context.print_json(body);
    const auto slot = parsed(body, context.access());
    const auto state = field(slot, "state");
    const auto message = field(slot.value("metadata", Json::object()), "message", "");
    context.terminal.print(fmt::format("{}: {}{}{} (model {}, port {})", field(slot, "name"), context.terminal.coloured(state, state), message.empty() ? "" : ": ", message, field(slot, "model_id"), field(slot, "port")));
    print_drift(context, slot);
}

}  // namespace

void add_slot_status(CLI::App& slot, Context& context) {
    struct Options {
        std::string name;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();
    auto* command = add_command(slot, "status", "Say in a line what a slot does, and what a restart would change", "hal0 slot status chat");
    add_slot_name(*command, options->name);
    command->add_flag("--json", options->json, "What the API answers, unchanged");
    command->callback([options, &context] { status(context, options->name, options->json); });
}

}  // namespace hal0::cli
