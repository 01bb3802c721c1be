#pragma once

#include "slot/vocabulary.hpp"

#include <span>
#include <string_view>
#include <utility>

namespace hal0::slot {

/// How one kind of model server is started and asked how it is: a row of a table, not a class hierarchy. An empty flag
/// means that the server has nothing of the kind.
struct Provider {
    ProviderId id;
    std::span<const std::string_view> command;  // words before all flags: what the image's entry point does not bring
    bool model_is_positional;                   // the model's id stands behind `command`, not its file behind `model`
    std::string_view host, port, model, alias, context_size, n_gpu_layers, rope_freq_base, mmproj, parallel;
    std::string_view embedding, reranking;          // what the slot's type adds
    std::span<const std::string_view> always;       // what hal0 needs of every server of this kind
    std::string_view health_path;                   // 200 when the model answers, 503 while it loads
    std::string_view busy_path;                     // which requests are in flight; empty: the server tells nothing
    std::string_view metrics_path;                  // Prometheus counters
    std::string_view models_path;                   // what it serves, as OpenAI lists it
    bool needs_model_file;                          // the registry's file is what it loads
    std::span<const std::pair<std::string_view, std::string_view>> synonyms;  // other spelling → the one used here
    std::span<const std::string_view> repeatable;   // flags that may be given more than once
};

/// The row for a provider.
const Provider& provider(ProviderId id);

}  // namespace hal0::slot
