#include "slot/slot.hpp"

#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace hal0::slot {
namespace {

Arguments flag(std::string_view name, std::vector<std::string> values, Source source) {
    if (name.empty()) return {};
    return {{std::string{name}, std::move(values), source}};
}

void append(Arguments& to, Arguments from) { std::move(from.begin(), from.end(), std::back_inserter(to)); }

/// The canonical names of all flags.
std::vector<std::string> names_of_flags(const Provider& server, const Arguments& arguments) {
    std::vector<std::string> names;
    for (const auto& argument : arguments)
        if (!argument.flag.empty()) names.push_back(canonical_flag(server, argument.flag));
    return names;
}

/// `name` is one of the provider's own flags, which are canonical; or empty, which nothing sets.
bool contains(const std::vector<std::string>& names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

/// The device of a slot that names none: what its profile is for, else what was detected, else Vulkan; but never one of
/// another class than its profile's.
Device device_for(const Profile* profile, std::optional<Device> detected) {
    if (profile && profile->device()) return *profile->device();
    const bool other_class = profile && profile->device_class && detected && class_of(*detected) != *profile->device_class;
    return other_class ? Device::gpu_vulkan : detected.value_or(Device::gpu_vulkan);
}

/// Why a device that the slot's file names cannot be had with the profile, if so.
std::optional<std::string> contradiction(Device device, const Profile& profile) {
    if (profile.suits(device)) return std::nullopt;
    const bool other_class = profile.device_class && *profile.device_class != class_of(device);
    return fmt::format("{} contradicts the profile {}, which is for {}", in_quotes(to_string(device)), in_quotes(profile.name),
                       other_class ? to_string(*profile.device_class) : to_string(*profile.device()));
}

Diagnostic wrong(const SlotConfig& config, std::string key, std::string message) {
    auto place = config.place_of(key);
    return {Severity::error, std::move(place), std::move(key), std::move(message)};
}

std::string names_of(const Profiles& profiles) {
    std::string names;
    for (const auto& [name, profile] : profiles) names.append(names.empty() ? "" : ", ").append(name);
    return names.empty() ? "none" : names;
}

/// A server must listen where hal0, its health check and the slot's users look for it.
std::optional<Diagnostic> sets_address(const Slot& slot) {
    const auto& server = provider(slot.provider);
    const auto message = [](std::string_view what) { return fmt::format("{} is not allowed here: the slot's port and the profile's network decide it", what); };
    const auto extra_args = names_of_flags(server, group_words(slot.config.extra_args, Source::extra_args));
    const auto flags = names_of_flags(server, group_words(slot.profile->flags, Source::profile));
    for (const auto name : {server.host, server.port}) {
        if (contains(extra_args, name)) return wrong(slot.config, "server.extra_args", message(name));
        if (contains(flags, name))
            return Diagnostic{Severity::error, slot.profile->flags_place, fmt::format("profile.{}.flags", slot.profile->name), message(name)};
    }
    return std::nullopt;
}

/// What the provider needs in front of, and around, the model's layer.
Arguments base_layer(const Slot& slot, const Arguments& model_layer) {
    const auto& server = provider(slot.provider);
    Arguments base;
    for (const auto word : server.command) base.push_back({"", {std::string{word}}, Source::hal0});
    if (server.model_is_positional) append(base, model_layer);
    append(base, flag(server.host, {slot.profile->network == Network::host ? "127.0.0.1" : "0.0.0.0"}, Source::hal0));
    append(base, flag(server.port, {std::to_string(slot.config.port)}, Source::slot));
    if (!server.model_is_positional) append(base, model_layer);
    if (slot.config.context_size) append(base, flag(server.context_size, {std::to_string(*slot.config.context_size)}, Source::slot));
    for (const auto word : server.always) append(base, flag(word, {}, Source::hal0));
    if (slot.config.type == Type::embedding) append(base, flag(server.embedding, {}, Source::hal0));
    if (slot.config.type == Type::reranking) append(base, flag(server.reranking, {}, Source::hal0));
    return base;
}

/// What is put over the base: later ones are stronger.
Arguments upper_layers(const Slot& slot) {
    const auto& server = provider(slot.provider);
    const auto& config = slot.config;
    auto layers = group_words(slot.profile->flags, Source::profile);
    // The context size stands in the base, but what the slot says is stronger than its profile.
    if (config.context_size && contains(names_of_flags(server, layers), server.context_size))
        append(layers, flag(server.context_size, {std::to_string(*config.context_size)}, Source::slot));
    if (config.n_gpu_layers) append(layers, flag(server.n_gpu_layers, {std::to_string(*config.n_gpu_layers)}, Source::slot));
    if (config.rope_freq_base) append(layers, flag(server.rope_freq_base, {fmt::format("{}", *config.rope_freq_base)}, Source::slot));
    if (config.parallel) append(layers, flag(server.parallel, {std::to_string(*config.parallel)}, Source::slot));
    append(layers, group_words(config.extra_args, Source::extra_args));
    return layers;
}

}  // namespace

std::variant<Slot, Refusal> resolve(SlotConfig config, const Profiles& profiles, std::optional<Device> detected) {
    const auto named = config.profile ? profiles.find(*config.profile) : profiles.end();
    auto device = config.device.value_or(device_for(named == profiles.end() ? nullptr : &*named->second, detected));
    const auto name = config.profile.value_or(std::string{default_profile(config.type, device)});
    const auto found = profiles.find(name);
    if (found == profiles.end()) {
        auto reason = wrong(config, "profile", fmt::format("there is no profile {}: one of {}", in_quotes(name), names_of(profiles)));
        return Refusal{std::move(reason), std::move(config)};
    }

    const auto& profile = *found->second;
    if (!config.device) device = device_for(&profile, device);  // the default profile for a type may be for one device
    if (const auto problem = contradiction(device, profile)) {
        auto reason = wrong(config, config.has("device") ? "device" : "backend", *problem);
        return Refusal{std::move(reason), std::move(config)};
    }
    const auto provider = config.provider.value_or(profile.provider);
    Slot slot{std::move(config), device, found->second, provider};
    if (auto problem = sets_address(slot)) return Refusal{*std::move(problem), std::move(slot.config)};
    return slot;
}

Arguments model_arguments_at_start() {
    return {{.flag = std::string{model_args_variable}, .values = {}, .source = Source::model, .is_variable = true}};
}

MergedArguments server_command(const Slot& slot, const Arguments& model_layer) {
    auto layers = base_layer(slot, model_layer);
    append(layers, upper_layers(slot));
    return merge(provider(slot.provider), layers);
}

std::vector<std::string> flags_set_over_model(const Slot& slot) {
    const auto& server = provider(slot.provider);
    const auto upper = names_of_flags(server, upper_layers(slot));
    std::vector<std::string> flags;
    for (const auto name : {server.model, server.alias, server.context_size, server.n_gpu_layers, server.rope_freq_base, server.mmproj}) {
        const bool in_base = name == server.context_size && slot.config.context_size;
        if (!name.empty() && (in_base || contains(upper, name))) flags.emplace_back(name);
    }
    return flags;
}

}  // namespace hal0::slot
