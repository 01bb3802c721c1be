#include "slot/config.hpp"

#include "slot/limits.hpp"
#include "slot/profile.hpp"
#include "slot/shell_words.hpp"
#include "slot/text.hpp"
#include "slot/toml_reader.hpp"

#include <fmt/format.h>

#include <initializer_list>

namespace hal0::slot {
namespace {

/// Reads the tables of one slot file into a SlotConfig.
class SlotReader {
public:
    SlotReader(SlotConfig& config, TomlReader top) : config_(config), top_(std::move(top)) {}

    void read() {
        read_top();
        read_model();
        read_server();
        read_limits();
        read_timeouts();
        top_.warn_about_unknown_keys();
    }

private:
    /// Remembers where keys of one table stand; they are dotted, the reader knows them by their last part.
    void note(TomlReader& reader, std::initializer_list<std::string_view> keys) {
        for (const auto key : keys)
            if (const auto position = reader.position(key.substr(key.rfind('.') + 1))) config_.positions.emplace_back(key, *position);
    }

    void read_top() {
        if (const auto name = top_.string("name"); name && *name != config_.name.str())
            top_.error("name", fmt::format("{} is not allowed: it must be {}, the file's name", in_quotes(*name), in_quotes(config_.name.str())));
        config_.type = top_.word<Type>("type").value_or(Type::llm);
        read_device();
        config_.provider = top_.word<ProviderId>("provider");
        config_.profile = top_.parsed("profile", parse_profile_name);
        read_port();
        config_.enabled = top_.boolean("enabled").value_or(true);
        config_.exclusive_group = top_.parsed("exclusive_group", parse_profile_name);
        if (const auto seconds = top_.integer("idle_timeout_s", ranges::idle_s)) config_.idle_timeout_s = static_cast<std::uint32_t>(*seconds);
        note(top_, {"type", "device", "backend", "provider", "profile", "port", "enabled", "exclusive_group"});
    }

    void read_device() {
        config_.device = top_.word<Device>("device");
        const auto backend = top_.word<Backend>("backend");  // what slots had before there was `device`
        if (!config_.device && backend) config_.device = device_of(*backend);
        if (config_.device && backend && device_of(*backend) != *config_.device)
            top_.error("backend", fmt::format("{} contradicts device = {}", in_quotes(to_string(*backend)), in_quotes(to_string(*config_.device))));
    }

    void read_port() {
        if (!top_.has("port")) {
            top_.error("port", "is missing: a number from 1024 to 65535, except 8080");
            return;
        }
        const auto port = top_.integer("port", ranges::port);
        if (port) config_.port = static_cast<std::uint16_t>(*port);
        if (port && *port == bridge_port) top_.error("port", "8080 is not allowed: it is hal0's own HTTP port; a number from 1024 to 65535, except 8080");
    }

    void read_model() {
        auto model = top_.table("model");
        config_.model = model.parsed("default", ModelId::parse);
        const bool both = model.has("context_size") && model.has("ctx_size");
        if (both) model.error("ctx_size", "given twice: it is the same as context_size");
        const auto context = model.has("context_size") ? model.integer("context_size", ranges::context_size)
                                                       : model.integer("ctx_size", ranges::context_size);
        if (context) config_.context_size = static_cast<std::uint32_t>(*context);
        if (const auto layers = model.integer("n_gpu_layers", ranges::n_gpu_layers)) config_.n_gpu_layers = static_cast<std::int32_t>(*layers);
        config_.rope_freq_base = model.number("rope_freq_base");
        if (config_.rope_freq_base && *config_.rope_freq_base <= 0) model.error("rope_freq_base", fmt::format("{} is not allowed: a number greater than 0", *config_.rope_freq_base));
        if (auto labels = model.strings("labels")) config_.labels = *std::move(labels);
        note(model, {"model.default", "model.context_size", "model.n_gpu_layers", "model.rope_freq_base"});
        model.warn_about_unknown_keys();
    }

    void read_server() {
        auto server = top_.table("server");
        if (auto words = server.parsed("extra_args", split_shell_words)) config_.extra_args = *std::move(words);
        if (const auto parallel = server.integer("parallel", ranges::parallel)) config_.parallel = static_cast<std::uint32_t>(*parallel);
        note(server, {"server.extra_args", "server.parallel"});
        server.warn_about_unknown_keys();
    }

    void read_limits() {
        auto limits = top_.table("limits");
        config_.limits.memory_max = limits.parsed("memory_max", parse_memory_limit);
        config_.limits.memory_high = limits.parsed("memory_high", parse_memory_limit);
        config_.limits.cpu_weight = limits.integer("cpu_weight", ranges::cpu_weight);
        config_.limits.allowed_cpus = limits.parsed("allowed_cpus", parse_cpu_list);
        limits.warn_about_unknown_keys();
    }

    void read_timeouts() {
        auto timeouts = top_.table("timeouts");
        if (const auto start = timeouts.integer("start_s", ranges::start_s)) config_.start_timeout_s = static_cast<std::uint32_t>(*start);
        if (const auto stop = timeouts.integer("stop_s", ranges::stop_s)) config_.stop_timeout_s = static_cast<std::uint32_t>(*stop);
        timeouts.warn_about_unknown_keys();
    }

    SlotConfig& config_;
    TomlReader top_;
};

}  // namespace

bool SlotConfig::has(std::string_view key) const { return place_of(key).line > 0; }

Place SlotConfig::place_of(std::string_view key) const {
    for (const auto& [noted, position] : positions)
        if (noted == key) return {file, position.line, position.column};
    return {file};
}

SlotFile parse_slot(const SlotName& name, const std::string& path, std::string_view toml) {
    SlotFile result{name, path, std::nullopt, std::nullopt, {}};
    const auto root = parse_toml(path, toml, result.diagnostics);
    if (!root) return result;

    TomlReader top{path, result.diagnostics};
    if (const auto* nested = root->get_as<toml::table>("slot")) {
        top.add(*nested);
        if (const auto* deeper = nested->get("slot"))
            result.diagnostics.push_back({Severity::warning, place_of(path, deeper->source()), "slot.slot", "unknown key, ignored"});
    }
    top.add(*root);
    top.table("slot");  // known; anything but a table is an error

    SlotConfig config{name};
    config.file = path;
    SlotReader{config, std::move(top)}.read();
    result.exclusive_group = config.exclusive_group;
    if (!first_error(result.diagnostics)) result.config = std::move(config);
    return result;
}

}  // namespace hal0::slot
