#include "cli/commands/commands.hpp"
#include "cli/failure.hpp"
#include "cli/terminal/text.hpp"
#include "cli/watch/follow.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <optional>

namespace hal0::cli {
namespace {

struct SwapOptions {
    std::string name, model;
    bool no_persist = false;
    std::optional<double> timeout_s;
};

/// The swap itself has worked: whatever becomes of this, it stays.
void persist(Context& context, const SwapOptions& options) try {
    context.client().send("PUT", fmt::format("/api/install/slots/{}/model", percent_encoded(options.name)), Json{{"model_id", options.model}});
} catch (const Failure& failure) {
    throw Failure{fmt::format("slot {} runs model {}, which could not be made its default: {}", options.name, options.model, failure.what())};
}

void swap(Context& context, const SwapOptions& options) {
    Request request{Operation::swap, options.name, options.model, "POST", slot_path(options.name, "/swap?wait=0"), Json{{"model_id", options.model}, {"persist", false}}};
    if (options.timeout_s) request.timeout = std::chrono::milliseconds{std::lround(*options.timeout_s * 1000)};
    const auto end = follow(context.access(), context.terminal, request);
    context.terminal.print(fmt::format("Slot {} is {}: model {} on port {}", options.name, shown(end.state), shown(end.model), end.port));
    if (options.no_persist) return context.terminal.print("Its default is as it was: the next start goes back to that.");
    persist(context, options);
}

}  // namespace

void add_slot_swap(CLI::App& slot, Context& context) {
    const auto options = std::make_shared<SwapOptions>();
    auto* command = add_command(slot, "swap", "Run another model in a slot, for good or for now", "hal0 slot swap chat --model qwen3-14b --no-persist");
    add_slot_name(*command, options->name);
    command->add_option("-m,--model", options->model, "The model's id in the registry")->required()->type_name("MODEL");
    command->add_flag("--no-persist", options->no_persist, "Until the next start only: the default stays");
    command->add_option("--timeout", options->timeout_s, "Stop watching after so long; the slot goes on. Default: never")->check(CLI::Range(0.1, 86400.0, "0.1 to 86400"))->type_name("SECONDS");
    command->callback([options, &context] { swap(context, *options); });
}

}  // namespace hal0::cli
