#include "cli/commands/commands.hpp"
#include "cli/terminal/text.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>

namespace hal0::cli {
namespace {

std::string counts_by_state(const Json& slots) {
    std::map<std::string, int> counts;
    for (const auto& slot : slots) ++counts[field(slot, "state")];
    std::string text;
    for (const auto& [state, count] : counts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, state);
    return text.empty() ? "none configured" : text;
}

void print_check(const Context& context, const char* label, const Json& check) {
    const bool is_ok = check.value("ok", false);
    const auto detail = field(check, "detail", "");
    const auto word = is_ok ? "ok" : "error";
    context.terminal.print(fmt::format("{:<8} {}{}{}", label, context.terminal.coloured(word, word), detail.empty() ? "" : ": ", detail));
}

void status(Context& context, bool as_json) {
    const auto client = context.client();
    const auto body = client.get_text("/api/status");
    const auto health_body = client.get_text("/api/health/system");
    if (as_json) return context.print_json(fmt::format("{{\"status\":{},\"health\":{}}}", body, health_body));
    const auto answer = parsed(body, context.access());
    const auto checks = parsed(health_body, context.access()).value("checks", Json::object());
    const auto slots = answer.value("slots", Json::array());
    context.terminal.print(fmt::format("{:<8} {}: version {} at {}", "bridge", context.terminal.coloured("ok", "ok"), field(answer, "version"), context.access().address.url()));
    if (checks.contains("dbus")) print_check(context, "hal0d", checks.at("dbus"));
    if (checks.contains("disk_config")) print_check(context, "disk", checks.at("disk_config"));
    context.terminal.print(fmt::format("{:<8} {}", "slots", counts_by_state(slots)));
    for (const auto& slot : slots)
        if (field(slot, "state") == "error")
            context.terminal.print(fmt::format("problem: slot {}: {}", field(slot, "name"), field(slot.value("metadata", Json::object()), "message", "it failed")));
}

}  // namespace

void add_status(CLI::App& hal0, Context& context) {
    const auto json = std::make_shared<bool>(false);
    auto* command = add_command(hal0, "status", "Say how the bridge, hal0d and the slots are, and what is wrong", "hal0 status");
    command->add_flag("--json", *json, "{\"status\", \"health\"}, as the API gives them");
    command->callback([json, &context] { status(context, *json); });
}

}  // namespace hal0::cli
