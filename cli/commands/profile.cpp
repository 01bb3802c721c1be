#include "cli/commands/commands.hpp"
#include "cli/terminal/table.hpp"
#include "cli/failure.hpp"

#include <memory>

namespace hal0::cli {
namespace {

void list_profiles(Context& context, bool as_json) {
    const auto body = context.client().get_text("/api/profiles");
    if (as_json) return context.print_json(body);
    const auto answer = parsed(body, context.access());
    if (!answer.is_array()) throw Failure{"the API's list of profiles is not a list"};
    Table table{{"NAME", "BACKEND", "CLASS", "IMAGE"}, {}};
    for (const auto& profile : answer) table.rows.push_back({field(profile, "name"), field(profile, "backend"), field(profile, "device_class"), field(profile, "image")});
    if (table.rows.empty()) return context.terminal.print("No profiles.");
    for (const auto& line : table_lines(table, context.terminal.width())) context.terminal.print(line);
}

}  // namespace

void add_profile(CLI::App& hal0, Context& context) {
    auto* profile = add_group(hal0, "profile", "The container profiles");
    const auto json = std::make_shared<bool>(false);
    auto* command = add_command(*profile, "list", "List the profiles that slots can have", "hal0 profile list");
    command->add_flag("--json", *json, "What the API answers, unchanged");
    command->callback([json, &context] { list_profiles(context, *json); });
}

}  // namespace hal0::cli
