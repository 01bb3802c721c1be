#include "cli/commands/commands.hpp"
#include "cli/terminal/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace hal0::cli {
namespace {

/// The fields in the order in which a person asks for them; a field that is null is left out.
constexpr std::array<std::pair<const char*, const char*>, 14> rows{{{"State", "state"}, {"Model", "model_id"}, {"Default model", "model_default"}, {"Port", "port"}, {"Type", "type"},
    {"Device", "device"}, {"Backend", "backend"}, {"Provider", "provider"}, {"Profile", "profile"}, {"Image", "image"}, {"Context", "ctx_max"}, {"Enabled", "enabled"},
    {"At boot", "loaded"}, {"Memory (MB)", "mem_mb"}}};

void print_status(const Context& context, const Json& slot) {
    const auto row = [&](const char* label, const std::string& value) { context.terminal.print(fmt::format("{:<14} {}", label, value)); };
    row("Name", field(slot, "name"));
    for (const auto& [label, key] : rows) {
        const auto value = field(slot, key, "");
        if (!value.empty()) row(label, std::string_view{key} == "state" ? context.terminal.coloured(value, value) : value);
    }
    const auto message = field(slot.value("metadata", Json::object()), "message", "");
    if (!message.empty()) row("Message", message);
    print_drift(context, slot);
}

void print_text(const Context& context, std::string_view text) {
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        context.terminal.print(shown(line));
    }
}

void show(Context& context, const std::string& name, bool as_json) {
    const auto client = context.client();
    const auto status = client.get_text(slot_path(name));
    if (as_json) return context.print_json(fmt::format("{{\"status\":{},\"config\":{}}}", status, client.get_text(slot_path(name, "/config"))));
    print_status(context, parsed(status, context.access()));
    context.terminal.print(fmt::format("\n# {}.toml", name));
    print_text(context, client.get_text(slot_path(name, "/config?format=toml")));
}

}  // namespace

void add_slot_show(CLI::App& slot, Context& context) {
    struct Options {
        std::string name;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();
    auto* command = add_command(slot, "show", "Show all of a slot: what it does, and its file", "hal0 slot show chat");
    add_slot_name(*command, options->name);
    command->add_flag("--json", options->json, "{\"status\", \"config\"}, as the API gives them");
    command->callback([options, &context] { show(context, options->name, options->json); });
}

}  // namespace hal0::cli
