#include "slot/write_config.hpp"

#include "slot/client_config.hpp"
#include "slot/toml_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

// As docs/slots.md lists them, the keys of all tables in one list.
constexpr std::array<std::string_view, 27> documented = {
    "name", "type", "device", "backend", "profile", "provider", "port", "enabled", "exclusive_group", "idle_timeout_s",
    "model", "default", "context_size", "n_gpu_layers", "rope_freq_base", "labels",
    "server", "extra_args", "parallel", "limits", "memory_max", "memory_high", "cpu_weight", "allowed_cpus", "timeouts", "start_s", "stop_s"};

/// The keys of a table in the order in which they are written.
std::vector<std::string> ordered_keys(const Json& table) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : table.items())
        if (!value.is_null()) keys.push_back(key);
    const auto rank = [](const std::string& key) { return std::find(documented.begin(), documented.end(), key) - documented.begin(); };
    std::stable_sort(keys.begin(), keys.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    return keys;
}

std::string plain_keys(const Json& table) {
    std::string lines;
    for (const auto& key : ordered_keys(table))
        if (!table.at(key).is_object()) lines += fmt::format("{} = {}\n", toml_text::write_path({key}), toml_text::write_value(toml_of_json(table.at(key))));
    return lines;
}

std::string sections(const std::string& path, const Json& table) {
    std::string text;
    for (const auto& key : ordered_keys(table))
        if (table.at(key).is_object()) text += toml_of_section((path.empty() ? "" : path + ".") + toml_text::write_path({key}), table.at(key));
    return text;
}

}  // namespace

std::string toml_of_section(const std::string& path, const Json& table) {
    const auto lines = plain_keys(table);
    return (lines.empty() ? "" : fmt::format("\n[{}]\n{}", path, lines)) + sections(path, table);
}

std::string toml_of_slot(const Json& config) { return plain_keys(config) + sections("", config); }

}  // namespace hal0::slot
