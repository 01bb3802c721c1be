#include "units/prepare/model.hpp"

#include "slot/model_arguments.hpp"
#include "slot/model_registry.hpp"
#include "slot/provider.hpp"
#include "units/prepare/report.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hal0::prepare {
namespace {

namespace fs = std::filesystem;

constexpr auto registry_path = "/var/lib/hal0/registry/registry.toml";

slot::Result<std::string> read_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) return slot::Error{std::strerror(errno)};
    return text.str();
}

slot::Result<std::optional<slot::ModelId>> wanted_model(const Request& request, const std::string& root) {
    const auto path = fmt::format("{}/run/hal0/trial/{}", root, request.name.str());
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return request.model;
    const auto text = read_file(path);
    if (!text) return slot::Error{fmt::format("{} cannot be read: {}", path, text.error())};
    auto id = slot::ModelId::parse(text->substr(0, text->find('\n')));
    if (!id) return slot::Error{fmt::format("{}: {}", path, id.error())};
    return std::optional{*id};
}

std::string known_ids(const slot::Models& models) {
    constexpr std::size_t most = 5;
    std::string ids;
    std::size_t count = 0;
    for (const auto& [id, model] : models) {
        if (count++ == most) return ids + fmt::format(" and {} more", models.size() - most);
        ids.append(ids.empty() ? "" : ", ").append(id.str());
    }
    return ids.empty() ? "no model" : ids;
}

slot::Result<slot::Model> look_up(const slot::ModelId& id, const std::string& root) {
    const auto text = read_file(root + registry_path);
    if (!text) return slot::Error{fmt::format("model '{}' cannot be looked up: the registry {} cannot be read: {}", id.str(), registry_path, text.error())};
    slot::Diagnostics diagnostics;
    const auto models = slot::parse_registry(registry_path, *text, diagnostics);
    const auto found = models.find(id);
    if (found != models.end()) return found->second;
    std::string wrong;
    for (const auto& problem : diagnostics)
        if (problem.severity == slot::Severity::error) wrong += fmt::format(" ({})", to_string(problem));
    return slot::Error{fmt::format("model '{}' is not in the registry {}, which has {}{}: add it there, or choose another default", id.str(),
                                   registry_path, known_ids(models), wrong.substr(0, 300))};
}

/// Why the container could not read this file of a model, if so.
std::optional<std::string> problem_of(const std::string& path, const std::string& store, const std::string& root) {
    std::error_code problem;
    const auto real = fs::canonical(root + path, problem);
    if (problem) return fmt::format("{}: {}", path, problem.message());
    if (!fs::is_regular_file(real, problem) && !fs::is_directory(real, problem)) return fmt::format("{} is not a file", path);
    const auto real_store = fs::canonical(root + store, problem);
    if (problem) return fmt::format("the model store {}: {}", store, problem.message());
    if (real.lexically_relative(real_store).string().starts_with(".."))
        return fmt::format("{} is outside the model store {}, which is all that a slot sees", path, store);
    return std::nullopt;
}

}  // namespace

std::optional<std::string> store_problem(const std::string& store, const std::string& root) {
    std::error_code problem;
    if (fs::is_directory(root + store, problem)) return std::nullopt;
    return fmt::format("the model store {} is not a folder{}: create it, or set [models] store in /etc/hal0/hal0.toml", store,
                       problem ? " (" + problem.message() + ")" : "");
}

slot::Result<ChosenModel> choose_model(const Request& request, const std::string& root) {
    const auto id = wanted_model(request, root);
    if (!id) return slot::Error{id.error()};
    if (!*id) return ChosenModel{};
    const auto& server = slot::provider(request.provider);
    if (!server.needs_model_file) {
        const slot::Model by_id_only{**id};
        return ChosenModel{*id, slot::model_arguments(server, by_id_only, request.model_store, request.flags_set)};
    }
    const auto model = look_up(**id, root);
    if (!model) return slot::Error{model.error()};
    for (const auto& file : {model->path, model->mmproj}) {
        if (file.empty()) continue;
        if (const auto problem = problem_of(slot::path_in_store(file, request.model_store), request.model_store, root))
            return slot::Error{fmt::format("model '{}' cannot be used: {} ({})", id->value().str(), *problem, to_string(model->place))};
    }
    return ChosenModel{*id, slot::model_arguments(server, *model, request.model_store, request.flags_set)};
}

}  // namespace hal0::prepare
