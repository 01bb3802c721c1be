#include "cli/commands/commands.hpp"

#include "cli/terminal/text.hpp"
#include "slot/name.hpp"

#include <fmt/format.h>

namespace hal0::cli {
namespace {

void add_slot(CLI::App& hal0, Context& context) {
    auto* slot = add_group(hal0, "slot", "The inference slots");
    for (const auto add : {add_slot_list, add_slot_show, add_slot_status, add_slot_create, add_slot_load, add_slot_unload, add_slot_restart, add_slot_swap,
                           add_slot_edit, add_slot_delete, add_slot_logs})
        add(*slot, context);
}

std::string as_text(const Json& value) { return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', true); }

}  // namespace

void add_commands(CLI::App& hal0, Context& context) {
    hal0.fallthrough();
    hal0.require_subcommand(1);
    hal0.add_option("--api-url", context.url, "Where the API is; else $HAL0_API_URL, else http://localhost:8080")->type_name("URL");
    hal0.footer("Environment: HAL0_API_URL; HAL0_TOKEN, a bearer token; HAL0_API_TIMEOUT, seconds to wait for an answer (40);\n"
                "NO_COLOR. Exit status: 0 done, 1 failed, 2 wrong usage.\n\nExample:\n  hal0 slot list");
    add_slot(hal0, context);
    add_model(hal0, context);
    add_profile(hal0, context);
    add_status(hal0, context);
    add_completion(hal0, context);
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& what, const std::string& example) {
    auto* command = parent.add_subcommand(name, what);
    command->footer("Example:\n  " + example);
    return command;
}

CLI::App* add_group(CLI::App& hal0, const std::string& name, const std::string& what) {
    auto* group = add_command(hal0, name, what, fmt::format("hal0 {} list", name));
    group->require_subcommand(1);
    return group;
}

void add_slot_name(CLI::App& command, std::string& name) {
    const auto check = [](const std::string& text) {
        const auto parsed_name = slot::SlotName::parse(text);
        return parsed_name ? std::string{} : parsed_name.error();
    };
    command.add_option("name", name, "The slot")->required()->check(CLI::Validator{check, "", "slot"})->type_name("NAME")->option_text("NAME");
}

std::string raw_field(const Json& object, const std::string& key) { return object.is_object() && object.contains(key) ? as_text(object.at(key)) : ""; }

std::string field(const Json& object, const std::string& key, const std::string& otherwise) {
    const auto text = shown(raw_field(object, key));
    return text.empty() ? otherwise : text;
}

std::size_t print_drift(const Context& context, const Json& slot) {
    const auto drift = slot.value("config_drift", Json::object());
    const auto diffs = drift.is_object() ? drift.value("diffs", Json::array()) : Json::array();
    for (const auto& diff : diffs)
        context.terminal.print(fmt::format("warning: {} runs as {}, the file says {}: it takes effect with a restart", field(diff, "key"), field(diff, "running", "unset"), field(diff, "rendered", "unset")));
    return diffs.size();
}

}  // namespace hal0::cli
