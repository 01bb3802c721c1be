#include "slot/profile.hpp"

#include "slot/shell_words.hpp"
#include "slot/text.hpp"
#include "slot/toml_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hal0::slot {
namespace {

// What a model server may need and what opens nothing of the host: no key takes anything else to podman.
constexpr std::array<std::string_view, 4> allowed_security = {"apparmor=unconfined", "label=disable", "label=nested", "seccomp=unconfined"};

bool is_device_glob(std::string_view text) {
    return text.starts_with("/dev/") && text.size() <= 256 && text.find("..") == std::string_view::npos && is_name(text.substr(5), 251, "/._-*?[]");
}

/// Takes the strings under `key` that pass `allowed`, and reports the others.
template <class Check>
std::vector<std::string> checked_strings(TomlReader& reader, std::string_view key, Check allowed, std::string_view what) {
    auto texts = reader.strings(key).value_or(std::vector<std::string>{});
    for (const auto& text : texts)
        if (!allowed(text)) reader.error(key, fmt::format("{} is not allowed: {}", slot::in_quotes(text), what));
    return texts;
}

Profile read_profile(const std::string& name, TomlReader& reader) {
    Profile profile;
    profile.name = name;
    profile.image = reader.parsed("image", parse_image).value_or("");
    profile.flags = reader.parsed("flags", split_shell_words).value_or(std::vector<std::string>{});
    profile.provider = reader.word<ProviderId>("provider").value_or(ProviderId::llama_server);
    profile.device_class = reader.word<DeviceClass>("device_class");
    profile.devices = checked_strings(reader, "devices", is_device_glob, "a path or glob below /dev, such as \"/dev/dri/renderD*\"");
    profile.groups = checked_strings(reader, "groups", [](auto& text) { return is_name(text, 32, "_-"); }, "the name of a group");
    profile.network = reader.word<Network>("network").value_or(Network::host);
    const auto is_allowed = [](auto& text) { return std::find(allowed_security.begin(), allowed_security.end(), text) != allowed_security.end(); };
    profile.security = checked_strings(reader, "security", is_allowed, fmt::format("one of {}", fmt::join(allowed_security, ", ")));
    profile.backend = reader.word<Backend>("backend");
    profile.intent = reader.string("intent").value_or("");
    profile.quant = reader.string("quant").value_or("");
    profile.mtp = reader.boolean("mtp").value_or(false);
    profile.place = reader.place("image");
    profile.flags_place = reader.place("flags");
    reader.warn_about_unknown_keys();
    return profile;
}

}  // namespace

std::optional<Device> Profile::device() const {
    if (device_class == DeviceClass::cpu) return Device::cpu;
    if (device_class == DeviceClass::npu) return Device::npu;
    return backend ? std::optional{device_of(*backend)} : std::nullopt;
}

bool Profile::suits(Device slot_device) const {
    if (device_class && *device_class != class_of(slot_device)) return false;
    return class_of(slot_device) != DeviceClass::gpu || device().value_or(slot_device) == slot_device;
}

void layer_profiles(Profiles& profiles, const std::string& file, std::string_view toml, Diagnostics& diagnostics) {
    const auto root = parse_toml(file, toml, diagnostics);
    if (!root) return;
    TomlReader top{file, diagnostics};
    top.add(*root);
    top.table("profile");
    if (const auto* table = root->get_as<toml::table>("profile")) {
        for (const auto& [key, node] : *table) {
            const auto before = diagnostics.size();
            const auto name = parse_profile_name(key.str());
            const auto dotted = fmt::format("profile.{}", shown_key(key.str()));
            const auto place = place_of(file, key.source());
            if (!name) {
                diagnostics.push_back({Severity::error, place, dotted, name.error()});
                continue;
            }
            TomlReader reader{file, diagnostics, dotted + "."};
            const auto* body = node.as_table();
            if (body) reader.add(*body);
            if (!body) diagnostics.push_back({Severity::error, place, dotted, "a profile is a table, [profile.<name>]"});
            if (body && !reader.has("image")) diagnostics.push_back({Severity::error, place, dotted + ".image", "is missing: the container image to run"});
            auto profile = body ? read_profile(*name, reader) : Profile{};
            const Diagnostics own(diagnostics.begin() + static_cast<std::ptrdiff_t>(before), diagnostics.end());
            if (first_error(own))
                profiles.erase(*name);
            else
                profiles.insert_or_assign(*name, std::move(profile));
        }
    }
    top.warn_about_unknown_keys();
}

nlohmann::json to_json(const Profile& profile, std::string_view shipped_file) {
    return {{"name", profile.name},
            {"image", profile.image},
            {"flags", join_shell_words(profile.flags)},
            {"provider", to_string(profile.provider)},
            {"device_class", profile.device_class ? to_string(*profile.device_class) : ""},
            {"backend", profile.backend ? to_string(*profile.backend) : ""},
            {"intent", profile.intent},
            {"quant", profile.quant},
            {"mtp", profile.mtp},
            {"seed", profile.place.file == shipped_file}};
}

std::string_view default_profile(Type type, Device device) {
    if (device == Device::npu) return "flm";
    if (type == Type::tts) return "kokoro";
    if (type == Type::image) return "comfyui";
    return device == Device::cpu ? "cpu" : device == Device::gpu_rocm ? "rocm" : "vulkan";
}

Result<std::string> parse_profile_name(std::string_view text) {
    if (is_name(text, 64, "._-")) return std::string{text};
    return Error{fmt::format("{} is not a name: 1 to 64 letters, digits and . _ -, starting with a letter or digit", slot::in_quotes(text))};
}

Result<std::string> parse_image(std::string_view text) {
    if (is_name(text, 512, "._-/:@+")) return std::string{text};
    return Error{fmt::format("{} is not a container image such as \"ghcr.io/owner/name:tag\"", slot::in_quotes(text))};
}

}  // namespace hal0::slot
