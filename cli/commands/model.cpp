#include "cli/commands/commands.hpp"
#include "cli/terminal/table.hpp"

#include <fmt/format.h>

#include <memory>

namespace hal0::cli {
namespace {

std::string size_text(const Json& model) {
    if (!model.contains("size_bytes") || !model.at("size_bytes").is_number()) return "-";
    return fmt::format("{:.1f} GB", model.at("size_bytes").get<double>() / 1e9);
}

void list_models(Context& context, bool as_json) {
    const auto body = context.client().get_text("/api/models");
    if (as_json) return context.print_json(body);
    const auto answer = parsed(body, context.access());
    Table table{{"ID", "TYPE", "SIZE", "PATH"}, {}};
    for (const auto& model : answer.value("models", Json::array())) table.rows.push_back({field(model, "id"), field(model, "type"), size_text(model), field(model, "path")});
    if (table.rows.empty()) return context.terminal.print("No models registered.");
    for (const auto& line : table_lines(table, context.terminal.width())) context.terminal.print(line);
}

void add_list(CLI::App& model, Context& context) {
    const auto json = std::make_shared<bool>(false);
    auto* command = add_command(model, "list", "List the models of the registry", "hal0 model list");
    command->add_flag("--json", *json, "What the API answers, unchanged");
    command->callback([json, &context] { list_models(context, *json); });
}

void add_add(CLI::App& model, Context& context) {
    struct Options {
        std::string id, path, name, mmproj;
    };
    const auto options = std::make_shared<Options>();
    auto* command = add_command(model, "add", "Register a model's file", "hal0 model add qwen3-8b /mnt/ai-models/qwen3-8b-q4_k_m.gguf");
    command->add_option("id", options->id, "What slots call it")->required()->option_text("ID");
    command->add_option("path", options->path, "Its file on the server: absolute, or below the model store")->required()->option_text("PATH");
    command->add_option("--name", options->name, "A name for people")->type_name("NAME");
    command->add_option("--mmproj", options->mmproj, "Its multimodal projector's file")->type_name("PATH");
    command->callback([options, &context] {
        Json body{{"id", options->id}, {"path", options->path}};
        if (!options->name.empty()) body["name"] = options->name;
        if (!options->mmproj.empty()) body["mmproj"] = options->mmproj;
        const auto row = context.client().send("POST", "/api/models", body);
        context.terminal.print(fmt::format("Registered model {}.", options->id));
        if (row.contains("installed") && row["installed"] == false) complain(fmt::format("there is no file {} yet: a slot with this model does not start before it is there", options->path));
    });
}

void add_remove(CLI::App& model, Context& context) {
    const auto id = std::make_shared<std::string>();
    auto* command = add_command(model, "remove", "Take a model out of the registry; its file stays", "hal0 model remove qwen3-8b");
    const auto check = [](const std::string& text) { return text.empty() || text == "." || text == ".." ? std::string{"no model has this id"} : std::string{}; };
    command->add_option("id", *id, "The model")->required()->check(CLI::Validator{check, "", "model"})->option_text("ID");
    command->callback([id, &context] {
        context.client().send("DELETE", "/api/models/" + percent_encoded(*id));
        context.terminal.print(fmt::format("Removed model {} from the registry.", *id));
    });
}

}  // namespace

void add_model(CLI::App& hal0, Context& context) {
    auto* model = add_group(hal0, "model", "The model registry");
    for (const auto add : {add_list, add_add, add_remove}) add(*model, context);
}

}  // namespace hal0::cli
