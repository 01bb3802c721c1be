#include "slot/client_config.hpp"

#include "slot/text.hpp"
#include "slot/toml_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

/// Walks through a configuration and stops at the first thing that is wrong with it.
class Inspection {
public:
    std::optional<std::string> inspect(const Json& node, const std::string& name, std::size_t depth = 0) {
        if (node.is_string()) return inspect_text(node.get_ref<const std::string&>(), name);
        if (node.is_structured()) return inspect_items(node, name, depth);
        if (node.is_number_unsigned() && node.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return wrong(name, "is a number that TOML cannot hold");
        if (node.is_number_float() && !std::isfinite(node.get<double>())) return wrong(name, "is not a finite number");
        if (node.is_binary() || node.is_discarded()) return wrong(name, "is of a type that TOML does not have");
        return std::nullopt;
    }

private:
    static std::string wrong(const std::string& name, std::string_view what) { return fmt::format("{}: {}", name.empty() ? "the configuration" : name, what); }

    std::optional<std::string> inspect_items(const Json& node, const std::string& name, std::size_t depth) {
        if (depth == client_config::deepest) return wrong(name, fmt::format("is nested more than {} levels deep", client_config::deepest));
        for (const auto& [key, value] : node.items()) {
            if (++values_ > client_config::most_values) return wrong("", fmt::format("has more than {} keys and list elements", client_config::most_values));
            if (node.is_array() && value.is_null()) return wrong(name, "has a null in its list, which TOML does not have");
            if (node.is_object())
                if (auto problem = inspect_key(key, name)) return problem;
            const auto inner = node.is_array() ? name : name.empty() ? shown_key(key) : name + "." + shown_key(key);
            if (auto problem = inspect(value, inner, depth + 1)) return problem;
        }
        return std::nullopt;
    }

    std::optional<std::string> inspect_key(const std::string& key, const std::string& table) {
        if (key.empty() || key.size() > client_config::longest_key)
            return wrong(table, fmt::format("has a key of {} bytes: 1 to {} are allowed", key.size(), client_config::longest_key));
        return inspect_text(key, fmt::format("the key {}", shown_key(key)));
    }

    std::optional<std::string> inspect_text(const std::string& text, const std::string& name) {
        if (text.size() > client_config::longest_text) return wrong(name, fmt::format("is longer than {} bytes", client_config::longest_text));
        if (!is_utf8(text) || text.find('\0') != std::string::npos) return wrong(name, "is not a text: UTF-8 without NUL is allowed");
        bytes_ += text.size();
        if (bytes_ > client_config::most_bytes) return wrong("", fmt::format("is larger than {} KiB", client_config::most_bytes / 1024));
        return std::nullopt;
    }

    std::size_t values_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace

std::optional<OperationError> unacceptable(const Json& config) {
    if (!config.is_object()) return invalid_config("the configuration is not a table of keys and values");
    if (auto problem = Inspection{}.inspect(config, "")) return invalid_config(*std::move(problem));
    return std::nullopt;
}

TomlValue toml_of_json(const Json& value) {
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_number_float()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    if (value.is_array()) {
        TomlArray items;
        for (const auto& item : value) items.push_back(toml_of_json(item));
        return items;
    }
    TomlInlineTable table;
    for (const auto& [key, item] : value.items())
        if (!item.is_null()) table.emplace_back(key, toml_of_json(item));
    return table;
}

const Json* find(const Json& config, std::string_view key) {
    if (!config.is_object()) return nullptr;
    const auto found = config.find(key);
    return found == config.end() ? nullptr : &*found;
}

std::optional<std::string> text_at(const Json& config, std::string_view key) {
    const auto* value = find(config, key);
    return value && value->is_string() ? std::optional{value->get<std::string>()} : std::nullopt;
}

}  // namespace hal0::slot
