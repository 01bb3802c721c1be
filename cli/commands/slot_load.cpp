#include "cli/commands/commands.hpp"
#include "cli/terminal/text.hpp"
#include "cli/watch/follow.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <optional>

namespace hal0::cli {
namespace {

struct LoadOptions {
    std::string name, model;
    bool no_wait = false;
    std::optional<double> timeout_s;
};

Request request_of(const LoadOptions& options, Operation operation, const char* verb) {
    Request request{operation, options.name, options.model, "POST", slot_path(options.name, fmt::format("/{}?wait=0", verb)), Json::object()};
    if (!options.model.empty()) request.body["model_id"] = options.model;
    if (options.timeout_s) request.timeout = std::chrono::milliseconds{std::lround(*options.timeout_s * 1000)};
    return request;
}

std::string unloaded(const std::string& name, const SlotState& end, const std::string& seconds) {
    if (is_wrong_file(end)) return fmt::format("Slot {} is unloaded ({}), and cannot be loaded again as it is: {}", name, seconds, shown(end.message));
    return fmt::format("Slot {} is {} ({}){}{}", name, shown(end.state), seconds, end.message.empty() ? "" : ": ", shown(end.message));
}

void run(Context& context, const LoadOptions& options, Operation operation, const char* verb) {
    auto request = request_of(options, operation, verb);
    const auto client = context.client();
    if (options.no_wait) {
        client.send("POST", request.path, request.body);
        return context.terminal.print(fmt::format("Slot {}: {} is on its way (hal0 slot status {})", options.name, verb, options.name));
    }
    // A slot that was swapped for now runs another model than its default, and a load goes back to that.
    if (operation == Operation::load && request.wanted.empty()) request.wanted = raw_field(client.get(slot_path(options.name)), "model_default");
    const auto began = Clock::now();
    const auto end = follow(context.access(), context.terminal, request);
    const auto seconds = duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began));
    if (operation == Operation::unload) return context.terminal.print(unloaded(options.name, end, seconds));
    context.terminal.print(fmt::format("Slot {} is {}: model {} on port {} ({})", options.name, shown(end.state), end.model.empty() ? "-" : shown(end.model), end.port, seconds));
}

void add(CLI::App& slot, Context& context, Operation operation, const char* verb, const char* what, const std::string& example) {
    const auto options = std::make_shared<LoadOptions>();
    auto* command = add_command(slot, verb, what, example);
    add_slot_name(*command, options->name);
    if (operation == Operation::load) command->add_option("-m,--model", options->model, "Make this model the default, and load it")->type_name("MODEL");
    command->add_flag("--no-wait", options->no_wait, "Do not wait until it has settled");
    command->add_option("--timeout", options->timeout_s, "Stop watching after so long; the slot goes on. Default: never")->check(CLI::Range(0.1, 86400.0, "0.1 to 86400"))->type_name("SECONDS");
    command->callback([=, &context] { run(context, *options, operation, verb); });
}

}  // namespace

void add_slot_load(CLI::App& slot, Context& context) {
    add(slot, context, Operation::load, "load", "Start a slot, now and at boot, and wait until its model answers", "hal0 slot load chat --model qwen3-8b");
}

void add_slot_unload(CLI::App& slot, Context& context) { add(slot, context, Operation::unload, "unload", "Stop a slot, now and at boot", "hal0 slot unload chat"); }

void add_slot_restart(CLI::App& slot, Context& context) {
    add(slot, context, Operation::restart, "restart", "Stop a slot and start it with its file as it is now", "hal0 slot restart chat");
}

}  // namespace hal0::cli
