#include "cli/api/event_stream.hpp"
#include "cli/commands/commands.hpp"
#include "cli/failure.hpp"
#include "cli/terminal/text.hpp"
#include "cli/watch/interrupt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace hal0::cli {
namespace {

struct LogsOptions {
    std::string name;
    int lines = 200;
    bool follow = false, json = false;
};

void history(Context& context, const LogsOptions& options) {
    const auto body = context.client().get_text(slot_path(options.name, fmt::format("/logs?lines={}", options.lines)));
    if (options.json) return context.print_json(body);
    const auto answer = parsed(body, context.access());
    const auto logs = raw_field(answer, "logs");
    for (std::string_view rest{logs}; !rest.empty();) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        context.terminal.print(shown(line));
    }
    if (const auto hint = raw_field(answer, "hint"); !hint.empty()) complain(hint);
}

void take(Context& context, const LogsOptions& options, const Event& event) {
    const auto data = parsed(event.data, context.access());
    if (event.type == "degraded") throw Failure{raw_field(data, "message")};
    if (event.type != "message") return;
    context.terminal.print(options.json ? data.dump(-1, ' ', true, Json::error_handler_t::replace) : shown(data.is_string() ? data.get<std::string>() : data.dump(-1, ' ', true)));
}

/// The bridge sends the history first, and after a reconnect what came since the last line (Last-Event-ID).
void follow_log(Context& context, const LogsOptions& options) {
    const Interrupt interrupt;
    auto access = context.access();
    access.interrupt_fd = interrupt.fd();
    try {
        EventStream stream{access, slot_path(options.name, fmt::format("/logs/stream?lines={}", options.lines))};
        for (;;)
            if (const auto event = stream.next(Clock::now() + std::chrono::hours{1})) take(context, options, *event);
    } catch (const Interrupted&) {
        end_by_interrupt();
    }
}

}  // namespace

void add_slot_logs(CLI::App& slot, Context& context) {
    const auto options = std::make_shared<LogsOptions>();
    auto* command = add_command(slot, "logs", "Show a slot's log, from the journal", "hal0 slot logs chat --follow --lines 20");
    add_slot_name(*command, options->name);
    command->add_option("-n,--lines", options->lines, "So many of the last lines (200)")->check(CLI::Range(1, 5000))->type_name("N");
    command->add_flag("-f,--follow", options->follow, "Go on, and show each new line");
    command->add_flag("--json", options->json, "What the API answers; with --follow a JSON string for each line");
    command->callback([options, &context] { options->follow ? follow_log(context, *options) : history(context, *options); });
}

}  // namespace hal0::cli
