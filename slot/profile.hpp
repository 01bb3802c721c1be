#pragma once

#include "slot/config.hpp"
#include "slot/diagnostic.hpp"
#include "slot/shared.hpp"
#include "slot/vocabulary.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// A container image and how to run it: `[profile.<name>]`.
struct Profile {
    std::string name;
    std::string image;
    std::vector<std::string> flags;  // arguments of the model server
    ProviderId provider = ProviderId::llama_server;
    std::optional<DeviceClass> device_class;
    std::vector<std::string> devices;   // globs below /dev
    std::vector<std::string> groups;    // host groups whose numeric ids the container gets
    Network network = Network::host;
    std::vector<std::string> security;  // podman --security-opt values, from an allow-list
    std::optional<Backend> backend;
    std::string intent;
    std::string quant;
    bool mtp = false;
    Place place;        // of the image
    Place flags_place;
    bool operator==(const Profile&) const = default;

    /// The device this profile is for, if it says enough to tell.
    std::optional<Device> device() const;
    /// Whether a slot on `device` can run with it: it is not for another class of devices, or another kind of GPU.
    bool suits(Device device) const;
};

using Profiles = std::map<std::string, Shared<Profile>, std::less<>>;

/// Reads one profiles.toml and puts its profiles over those already in `profiles`, by name. A profile with an error
/// is reported and not taken; the one it would have replaced is removed too, because nobody asked for that one any more.
void layer_profiles(Profiles& profiles, const std::string& file, std::string_view toml, Diagnostics& diagnostics);

/// A profile as a row of D-Bus' Manager.Profiles and of GET /api/profiles; `flags` is one text again, quoted where need be.
/// `seed` says whether it comes from the package, i.e. from `shipped_file`.
nlohmann::json to_json(const Profile& profile, std::string_view shipped_file);

/// The profile a slot runs with when its TOML names none (design.md, 3.2).
std::string_view default_profile(Type type, Device device);

/// A name of a profile or of an exclusive group: 1 to 64 letters, digits and `. _ -`, starting with a letter or digit.
Result<std::string> parse_profile_name(std::string_view text);

/// A container image as podman takes it. No text that it accepts can be taken for an option or be split in two words.
Result<std::string> parse_image(std::string_view text);

}  // namespace hal0::slot
