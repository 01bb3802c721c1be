#include "http-bridge/requests/fields.hpp"
#include "slot/vocabulary.hpp"

#include <array>

namespace hal0::http {
namespace {

namespace ranges = slot::ranges;

template <class E>
bool is_known(std::string_view word) {
    return slot::parse_word<E>(word).has_value();
}

template <class E>
constexpr Field word(std::string_view key) {
    return {"", key, Kind::word, {}, is_known<E>, slot::all_words<E>};
}

constexpr std::array slot_table = {
    Field{"", "name", Kind::text},
    word<slot::Type>("type"),
    word<slot::Device>("device"),
    word<slot::Backend>("backend"),
    word<slot::ProviderId>("provider"),
    Field{"", "profile", Kind::text},
    Field{"", "port", Kind::integer, ranges::port},
    Field{"", "enabled", Kind::flag},
    Field{"", "exclusive_group", Kind::text},
    Field{"", "idle_timeout_s", Kind::integer, ranges::idle_s},
    Field{"", "model", Kind::table},
    Field{"", "server", Kind::table},
    Field{"", "limits", Kind::table},
    Field{"", "timeouts", Kind::table},
    Field{"model", "default", Kind::text},
    Field{"model", "context_size", Kind::integer, ranges::context_size},
    Field{"model", "ctx_size", Kind::integer, ranges::context_size},
    Field{"model", "n_gpu_layers", Kind::integer, ranges::n_gpu_layers},
    Field{"model", "rope_freq_base", Kind::positive_number},
    Field{"model", "labels", Kind::texts},
    Field{"server", "extra_args", Kind::text},
    Field{"server", "parallel", Kind::integer, ranges::parallel},
    Field{"limits", "memory_max", Kind::text},
    Field{"limits", "memory_high", Kind::text},
    Field{"limits", "cpu_weight", Kind::integer, ranges::cpu_weight},
    Field{"limits", "allowed_cpus", Kind::text},
    Field{"timeouts", "start_s", Kind::integer, ranges::start_s},
    Field{"timeouts", "stop_s", Kind::integer, ranges::stop_s},
};

constexpr std::array model_table = {
    Field{"", "id", Kind::text},
    Field{"", "name", Kind::text},
    Field{"", "path", Kind::text},
    Field{"", "size_bytes", Kind::integer, ranges::size_bytes},
    Field{"", "license", Kind::text},
    Field{"", "hf_repo", Kind::text},
    Field{"", "hf_filename", Kind::text},
    Field{"", "mmproj", Kind::text},
    Field{"", "type", Kind::text},
    Field{"", "capabilities", Kind::texts},
    Field{"", "tags", Kind::texts},
    Field{"", "backends", Kind::texts},
    Field{"", "defaults", Kind::table},
    Field{"defaults", "context_size", Kind::integer, ranges::context_size},
    Field{"defaults", "ctx_size", Kind::integer, ranges::context_size},
    Field{"defaults", "n_gpu_layers", Kind::integer, ranges::n_gpu_layers},
    Field{"defaults", "rope_freq_base", Kind::positive_number},
};

}  // namespace

std::span<const Field> slot_fields() { return slot_table; }
std::span<const Field> model_fields() { return model_table; }

}  // namespace hal0::http
