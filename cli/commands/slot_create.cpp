#include "cli/commands/commands.hpp"
#include "slot/vocabulary.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>

namespace hal0::cli {
namespace {

struct CreateOptions {
    std::string name, model, type = "llm", hardware, profile, provider;
    std::optional<int> port;
    int context_size = 4096;
    bool json = false;
};

/// What is not given is not sent: the port and the hardware are the server's to choose.
Json body_of(const CreateOptions& options) {
    Json body{{"name", options.name}, {"type", options.type}, {"model", {{"default", options.model}, {"context_size", options.context_size}}}};
    if (const auto backend = slot::parse_word<slot::Backend>(options.hardware)) body["device"] = slot::to_string(slot::device_of(*backend));
    if (!options.profile.empty()) body["profile"] = options.profile;
    if (!options.provider.empty()) body["provider"] = options.provider;
    if (options.port) body["port"] = *options.port;
    return body;
}

void create(Context& context, const CreateOptions& options) {
    const auto slot = context.client().send("POST", "/api/slots", body_of(options));
    if (options.json) return context.print_json(slot.dump());
    context.terminal.print(fmt::format("Created slot {}: model {}, {}, port {}. It is not started yet:\n  hal0 slot load {}", field(slot, "name", options.name), field(slot, "model_id", options.model),
                                       field(slot, "backend"), field(slot, "port"), options.name));
}

}  // namespace

void add_slot_create(CLI::App& slot, Context& context) {
    const auto options = std::make_shared<CreateOptions>();
    auto* command = add_command(slot, "create", "Create a slot; it is not started", "hal0 slot create embed --model qwen3-embed --type embedding");
    add_slot_name(*command, options->name);
    command->add_option("-m,--model", options->model, "The model's id in the registry")->required()->type_name("MODEL");
    command->add_option("-t,--type", options->type, "What it is for: llm (default), embedding, reranking, transcription, tts, image")
        ->check(CLI::IsMember({"llm", "embedding", "reranking", "transcription", "tts", "image"}))->type_name("TYPE");
    command->add_option("--hardware", options->hardware, "What it runs on: vulkan, rocm, cpu; default: what this machine has")->check(CLI::IsMember({"vulkan", "rocm", "cpu"}))->type_name("HARDWARE");
    command->add_option("-p,--port", options->port, "Default: the lowest free one in 8081-8099")->check(CLI::Range(1, 65535))->type_name("PORT");
    command->add_option("--ctx-size", options->context_size, "Tokens of context (4096)")->check(CLI::Range(1, 1 << 30))->type_name("N");
    command->add_option("--profile", options->profile, "Default: by type and hardware (hal0 profile list)")->type_name("PROFILE");
    command->add_option("--provider", options->provider, "Default: the profile's")->type_name("PROVIDER");
    command->add_flag("--json", options->json, "What the API answers");
    command->callback([options, &context] { create(context, *options); });
}

}  // namespace hal0::cli
