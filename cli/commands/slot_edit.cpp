#include "cli/commands/commands.hpp"
#include "slot/vocabulary.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>

namespace hal0::cli {
namespace {

struct EditOptions {
    std::string name;
    std::optional<std::string> model, provider, hardware, profile, extra_args;
    std::optional<int> port, context_size, idle_timeout;
    bool enabled = false, disabled = false, json = false;
};

/// An empty text takes the key out of the file.
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json changes_of(const EditOptions& options) {
    auto changes = Json::object();
    if (options.model) changes["model"]["default"] = text_or_null(*options.model);
    if (options.context_size) changes["model"]["context_size"] = *options.context_size;
    if (options.port) changes["port"] = *options.port;
    if (options.provider) changes["provider"] = text_or_null(*options.provider);
    if (options.profile) changes["profile"] = text_or_null(*options.profile);
    if (options.hardware) changes["device"] = slot::to_string(slot::device_of(slot::parse_word<slot::Backend>(*options.hardware).value_or(slot::Backend::cpu)));
    if (options.idle_timeout) changes["idle_timeout_s"] = *options.idle_timeout;
    if (options.extra_args) changes["server"]["extra_args"] = text_or_null(*options.extra_args);
    if (options.enabled || options.disabled) changes["enabled"] = options.enabled;
    return changes;
}

void edit(Context& context, const EditOptions& options) {
    const auto changes = changes_of(options);
    if (changes.empty()) throw CLI::ValidationError{"nothing to change: give at least one of its options"};
    const auto slot = context.client().send("PUT", slot_path(options.name, "/config"), changes);
    if (options.json) return context.print_json(slot.dump());
    context.terminal.print(fmt::format("Changed slot {}.", options.name));
    if (print_drift(context, slot)) context.terminal.print(fmt::format("  hal0 slot restart {}", options.name));
}

}  // namespace

void add_slot_edit(CLI::App& slot, Context& context) {
    const auto options = std::make_shared<EditOptions>();
    auto* command = add_command(slot, "edit", "Change a slot's file; what runs is left alone until its next start. An empty value takes a key out", "hal0 slot edit chat --ctx-size 8192 --idle-timeout 600");
    add_slot_name(*command, options->name);
    command->add_option("-m,--model", options->model, "The default model")->type_name("MODEL");
    command->add_option("-p,--port", options->port, "The port")->check(CLI::Range(1, 65535))->type_name("PORT");
    command->add_option("--ctx-size", options->context_size, "Tokens of context")->check(CLI::Range(1, 1 << 30))->type_name("N");
    command->add_option("--provider", options->provider, "The provider")->type_name("PROVIDER");
    command->add_option("--hardware", options->hardware, "vulkan, rocm or cpu; the profile follows")->check(CLI::IsMember({"vulkan", "rocm", "cpu"}))->type_name("HARDWARE");
    command->add_option("--profile", options->profile, "The profile; the hardware follows (hal0 profile list)")->type_name("PROFILE");
    command->add_option("--idle-timeout", options->idle_timeout, "Unload after so long without a request; 0: never")->check(CLI::Range(0, 1 << 30))->type_name("SECONDS");
    command->add_option("--extra-args", options->extra_args, "More arguments of the server, as in a shell: --extra-args='--threads 4'")->type_name("ARGUMENTS");
    auto* enabled = command->add_flag("--enabled", options->enabled, "It may be started");
    command->add_flag("--disabled", options->disabled, "It may not; it is unloaded if it runs")->excludes(enabled);
    command->add_flag("--json", options->json, "What the API answers");
    command->callback([options, &context] { edit(context, *options); });
}

}  // namespace hal0::cli
