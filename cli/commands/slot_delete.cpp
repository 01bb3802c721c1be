#include "cli/commands/commands.hpp"
#include "cli/failure.hpp"

#include <fmt/format.h>

#include <memory>

namespace hal0::cli {
namespace {

void remove(Context& context, const std::string& name, bool force) {
    const auto client = context.client();
    if (!force) {
        if (!can_ask()) throw Failure{fmt::format("slot {} is deleted only with --force, for nobody can be asked here", name)};
        const auto slot = client.get(slot_path(name));
        if (!ask(fmt::format("Delete slot {} ({}, model {}, port {})? It is stopped, and its file is removed.", name, field(slot, "state"), field(slot, "model_id"), field(slot, "port"))))
            throw Failure{fmt::format("slot {} is left as it is", name)};
    }
    client.send("DELETE", slot_path(name));
    context.terminal.print(fmt::format("Deleted slot {}.", name));
}

}  // namespace

void add_slot_delete(CLI::App& slot, Context& context) {
    struct Options {
        std::string name;
        bool force = false;
    };
    const auto options = std::make_shared<Options>();
    auto* command = add_command(slot, "delete", "Stop a slot and remove its file", "hal0 slot delete chat --force");
    add_slot_name(*command, options->name);
    command->add_flag("-f,--force", options->force, "Do not ask");
    command->callback([options, &context] { remove(context, options->name, options->force); });
}

}  // namespace hal0::cli
