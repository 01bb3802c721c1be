#include "slot/coherence.hpp"

#include "slot/client_config.hpp"
#include "slot/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

bool gives(const Json& changes, std::string_view key) {
    const auto* value = find(changes, key);
    return value && !value->is_null();
}

/// The word under `key`, if it is one of E's.
template <class E>
std::optional<E> word_at(const Json& config, std::string_view key) {
    const auto text = text_at(config, key);
    return text ? parse_word<E>(*text) : std::nullopt;
}

/// The device that a configuration names, in either spelling.
std::optional<Device> named_device(const Json& config) {
    if (gives(config, "device")) return word_at<Device>(config, "device");
    const auto backend = word_at<Backend>(config, "backend");
    return backend ? std::optional{device_of(*backend)} : std::nullopt;
}

/// The profile that a configuration names or gets by default; null if there is none of that name.
const Profile* profile_of(const Json& config, const Profiles& profiles, std::optional<Device> detected) {
    const auto device = named_device(config).value_or(detected.value_or(Device::gpu_vulkan));
    const auto type = word_at<Type>(config, "type").value_or(Type::llm);
    const auto found = profiles.find(text_at(config, "profile").value_or(std::string{default_profile(type, device)}));
    return found == profiles.end() ? nullptr : &*found->second;
}

/// Makes the changes name a key as the file does. `first` is the spelling for new ones.
void spell(const Json& before, Json& changes, const char* first, const char* second) {
    const auto is_mentioned = [&](const char* key) { return changes.contains(key); };
    if (!is_mentioned(first) && !is_mentioned(second)) return;
    const bool in_file = find(before, second) != nullptr;
    if (!gives(changes, first) && !gives(changes, second)) {
        changes[first] = changes[second] = nullptr;
    } else if (is_mentioned(first) != is_mentioned(second)) {
        auto value = changes[is_mentioned(first) ? first : second];
        changes.erase(first);
        changes.erase(second);
        if (in_file) changes[second] = value;
        if (!in_file || find(before, first)) changes[first] = std::move(value);
    } else if (gives(changes, first) && gives(changes, second)) {
        changes.erase(in_file && !find(before, first) ? first : second);
    }
}

std::optional<OperationError> spell_context_size(const Json& before, Json& changes) {
    const auto model = changes.find("model");
    if (model == changes.end() || !model->is_object()) return std::nullopt;
    if (gives(*model, "context_size") && gives(*model, "ctx_size") && (*model)["context_size"] != (*model)["ctx_size"])
        return invalid_config("model.ctx_size: contradicts model.context_size, which is the same setting");
    const auto* written = find(before, "model");
    const bool both = written && find(*written, "context_size") && find(*written, "ctx_size");
    spell(written ? *written : Json{}, *model, "context_size", "ctx_size");
    // A file in which both stand is refused: a change of either mends it.
    if (both && gives(*model, "context_size")) (*model)["ctx_size"] = nullptr;
    return std::nullopt;
}

/// Writes a device the way the file spells it, or with the one spelling that the changes do not remove.
void set_device(const Json& before, Json& changes, Device device) {
    const auto removes = [&](const char* key) { return changes.contains(key) && !gives(changes, key); };
    const bool as_backend = removes("device") || (find(before, "backend") && !removes("backend"));
    const bool as_device = !as_backend || (find(before, "device") && !removes("device"));
    if (as_backend) changes["backend"] = to_string(backend_of(device));
    else if (gives(changes, "backend")) changes.erase("backend");
    if (as_device) changes["device"] = to_string(device);
    else if (gives(changes, "device")) changes.erase("device");
}

/// Reads the device that the changes ask for. Nothing if they ask for none, or for one that is not known.
Result<std::optional<Device>, OperationError> wanted_device(const Json& changes) {
    const auto device = word_at<Device>(changes, "device");
    const auto backend = word_at<Backend>(changes, "backend");
    if (device && backend && device_of(*backend) != *device)
        return invalid_config(fmt::format("backend: {} contradicts device = {}", slot::in_quotes(to_string(*backend)), slot::in_quotes(to_string(*device))));
    const bool unknown = (gives(changes, "device") && !device) || (gives(changes, "backend") && !backend);
    if (unknown) return std::optional<Device>{};
    return device ? device : backend ? std::optional{device_of(*backend)} : std::nullopt;
}

/// The device for a profile that is not for the one in the file. One that is for any GPU gets the detected one.
Device device_for(const Profile& profile, std::optional<Device> detected) {
    if (const auto own = profile.device()) return *own;
    return detected && profile.suits(*detected) ? *detected : Device::gpu_vulkan;
}

/// What a file says after the changes, at its top level.
Json top_level(Json before, const Json& changes) {
    for (const auto& [key, value] : changes.items()) {
        if (value.is_null()) before.erase(key);
        else before[key] = value;
    }
    return before;
}

void move_profile(const Json& before, Json& changes, const Profiles& profiles, Device device) {
    const auto named = text_at(before, "profile");
    const auto profile = named ? profiles.find(*named) : profiles.end();
    if (profile == profiles.end() || profile->second->suits(device)) return;
    const auto type = word_at<Type>(top_level(before, changes), "type").value_or(Type::llm);
    changes["profile"] = default_profile(type, device);
}

void move_device(const Json& before, Json& changes, const Profiles& profiles, std::optional<Device> detected) {
    const auto named = text_at(changes, "profile");
    const auto profile = named ? profiles.find(*named) : profiles.end();
    const auto device = named_device(top_level(before, changes));
    if (profile == profiles.end() || !device || profile->second->suits(*device)) return;
    set_device(before, changes, device_for(*profile->second, detected));
}

void move_provider(const Json& before, Json& changes, const Profiles& profiles, std::optional<Device> detected) {
    const auto provider = word_at<ProviderId>(before, "provider");
    const auto* old_profile = profile_of(before, profiles, detected);
    const auto* new_profile = profile_of(top_level(before, changes), profiles, detected);
    if (!provider || changes.contains("provider") || !old_profile || !new_profile) return;
    if (*provider == old_profile->provider && *provider != new_profile->provider) changes["provider"] = to_string(new_profile->provider);
}

}  // namespace

Result<Json, OperationError> coherent_changes(const Json& before, Json changes, const Profiles& profiles, std::optional<Device> detected) {
    if (auto problem = spell_context_size(before, changes)) return *std::move(problem);
    const auto device = wanted_device(changes);
    if (!device) return device.failure();
    const bool removed = !gives(changes, "device") && !gives(changes, "backend");
    if (*device)
        set_device(before, changes, **device);
    else if (removed)
        spell(before, changes, "device", "backend");
    if (*device && !changes.contains("profile"))
        move_profile(before, changes, profiles, **device);
    else if (!*device)
        move_device(before, changes, profiles, detected);
    move_provider(before, changes, profiles, detected);
    return changes;
}

}  // namespace hal0::slot
