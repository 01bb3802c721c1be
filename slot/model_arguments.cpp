#include "slot/model_arguments.hpp"

#include "slot/config.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::slot {

std::string path_in_store(const std::string& path, const std::string& store) {
    return path.starts_with('/') || path.empty() ? path : store + "/" + path;
}

Arguments model_arguments(const Provider& server, const Model& model, const std::string& store,
                          const std::vector<std::string>& set_elsewhere) {
    if (server.model_is_positional) return {{"", {model.id.str()}, Source::model}};
    Arguments layer;
    const auto add = [&](std::string_view flag, std::string value) {
        const bool elsewhere = std::find(set_elsewhere.begin(), set_elsewhere.end(), flag) != set_elsewhere.end();
        if (!flag.empty() && !elsewhere && !value.empty()) layer.push_back({std::string{flag}, {std::move(value)}, Source::model});
    };
    add(server.model, path_in_store(model.path, store));
    add(server.alias, model.id.str());
    add(server.context_size, std::to_string(model.context_size.value_or(default_context_size)));
    add(server.mmproj, path_in_store(model.mmproj, store));
    if (model.n_gpu_layers) add(server.n_gpu_layers, std::to_string(*model.n_gpu_layers));
    if (model.rope_freq_base) add(server.rope_freq_base, fmt::format("{}", *model.rope_freq_base));
    return layer;
}

}  // namespace hal0::slot
