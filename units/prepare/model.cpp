#include "units/prepare/model.hpp"

#include "slot/model_arguments.hpp"
#include "slot/model_registry.hpp"
#include "slot/provider.hpp"
#include "slot/text.hpp"
#include "units/prepare/file.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace hal0::prepare {
namespace {

namespace fs = std::filesystem;

const std::string registry_path{slot::registry_path};

constexpr std::size_t largest_registry = 1024 * 1024 + 1;  // one more than the reader of TOML takes, so that it says so
constexpr std::size_t largest_trial = 512;

/// The model of this start: that of a swap, once, or the default.
slot::Result<std::optional<slot::ModelId>> wanted_model(const Request& request, const std::string& root) {
    const auto path = fmt::format("{}/run/hal0/trial/{}", root, request.name.str());
    const auto text = read_foreign_file(path, largest_trial);
    if (!text) return slot::Error{text.error()};
    if (!*text) return request.model;
    // For this start only, whatever becomes of it: the next one is back on the default, also when nobody is there to say so.
    std::error_code ignored;
    fs::remove(path, ignored);
    auto id = slot::ModelId::parse((*text)->substr(0, (*text)->find('\n')));
    // What stands there is not shown: nothing but a model id is any reader's business.
    if (!id) return slot::Error{fmt::format("{} held no model id: swap to a model again", path)};
    return std::optional{*id};
}

slot::Result<slot::Model> look_up(const slot::ModelId& id, const std::string& root) {
    const auto file = read_foreign_file(root + registry_path, largest_registry);
    if (!file || !*file)
        return slot::Error{fmt::format("model '{}' cannot be looked up: {}", id.str(), file ? fmt::format("there is no registry {}", registry_path) : file.error())};
    slot::Diagnostics diagnostics;
    const auto models = slot::parse_registry(registry_path, **file, diagnostics);
    const auto found = models.find(id);
    if (found != models.end()) return found->second;
    return slot::Error{slot::not_in_registry(id, registry_path, models, diagnostics)};
}

/// Whether `path`, which is normal, is inside `folder`.
bool is_inside(const fs::path& path, const fs::path& folder) {
    const auto relative = path.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

/// A model's file as the container sees it, which has the store and nothing else; or why it cannot.
slot::Result<std::string> path_in_container(const std::string& path, const std::string& store, const std::string& root) {
    std::error_code problem;
    const auto real = fs::canonical(root + path, problem);
    if (problem) return slot::Error{fmt::format("{}: {}", path, problem.message())};
    if (!fs::is_regular_file(real, problem) && !fs::is_directory(real, problem)) return slot::Error{fmt::format("{} is not a file", path)};
    const auto real_store = fs::canonical(root + store, problem);
    if (problem || !is_inside(real, real_store))
        return slot::Error{fmt::format("{} is outside the model store {}, which is all that a slot sees", path, store)};
    if (is_inside(fs::path{path}.lexically_normal(), store)) return path;
    return store + "/" + real.lexically_relative(real_store).string();  // a link from outside into the store
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
    auto model = look_up(**id, root);
    if (!model) return slot::Error{model.error()};
    for (auto* file : {&model->path, &model->mmproj}) {
        if (file->empty()) continue;
        const auto seen = path_in_container(slot::path_in_store(*file, request.model_store), request.model_store, root);
        if (!seen) return slot::Error{fmt::format("model '{}' cannot be used: {} ({})", (*id)->str(), seen.error(), to_string(model->place))};
        *file = *seen;
    }
    return ChosenModel{*id, slot::model_arguments(server, *model, request.model_store, request.flags_set)};
}

}  // namespace hal0::prepare
