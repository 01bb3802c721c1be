// A libFuzzer target: whatever stands in a slot's TOML, in profiles.toml and in hal0.toml, no text from there becomes
// anything but one argument of one command or one value of one known directive, and a slot's file affects no other slot.
// The input is a slot's TOML; behind a line `#### profiles` the admin's profiles; behind `#### settings` hal0.toml.

#include "drop_in_oracle.hpp"

#include "slot/drop_in.hpp"
#include "slot/model_registry.hpp"
#include "slot/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hal0::slot {
namespace {

using oracle::Meaning;
using oracle::Word;

const std::string folder = "/etc/hal0/slots/";
const std::string fuzzed = "z-fuzzed";  // the last by name, so that it loses every contest for a port

constexpr std::string_view shipped_profiles = R"(
[profile.vulkan]
image = "example.org/llama:vulkan"
devices = ["/dev/dri/renderD*"]
groups = ["render", "video"]
[profile.rocm]
image = "example.org/llama:rocm"
devices = ["/dev/dri/renderD*", "/dev/kfd"]
security = ["seccomp=unconfined"]
backend = "rocm"
[profile.cpu]
image = "example.org/llama:cpu"
device_class = "cpu"
[profile.flm]
image = "example.org/flm"
provider = "flm"
device_class = "npu"
[profile.kokoro]
image = "example.org/kokoro"
provider = "kokoro"
[profile.comfyui]
image = "example.org/comfyui"
provider = "comfyui"
)";

// Layered last, so that no fuzzed profile replaces it.
constexpr std::string_view kept_profile = "[profile.kept]\nimage = \"example.org/kept\"\nflags = \"--kept 'a b'\"\ndevices = [\"/dev/kfd\"]\n";
constexpr std::string_view grouped_slot = "port = 9001\nprofile = \"kept\"\nexclusive_group = \"big\"\n";
constexpr std::string_view plain_slot = "port = 9002\nprofile = \"kept\"\n[server]\nextra_args = \"--x '%i $y ;'\"\n";

[[noreturn]] void fail(const std::string& problem) { throw std::runtime_error{problem}; }

/// Takes what stands in front of a line that is `marker`; `text` is left behind it.
std::string take_part(std::string_view& text, std::string_view marker) {
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        if (text.substr(at, end - at) == marker) {
            std::string part{text.substr(0, at)};
            text.remove_prefix(std::min(end + 1, text.size()));
            return part;
        }
        at = end + 1;
    }
    std::string part{text};
    text = {};
    return part;
}

Sources sources_of(std::string_view input) {
    Sources sources;
    sources.profiles.push_back({"/usr/share/hal0/profiles.toml", std::string{shipped_profiles}, ""});
    sources.slots.push_back({folder + fuzzed + ".toml", take_part(input, "#### profiles"), ""});
    sources.profiles.push_back({"/etc/hal0/profiles.toml", take_part(input, "#### settings"), ""});
    sources.profiles.push_back({"/kept/profiles.toml", std::string{kept_profile}, ""});
    sources.settings = SourceFile{"/etc/hal0/hal0.toml", std::string{input}, ""};
    sources.slots.push_back({folder + "a-grouped.toml", std::string{grouped_slot}, ""});
    sources.slots.push_back({folder + "b-plain.toml", std::string{plain_slot}, ""});
    sources.loaded = {{"a-grouped", {1, 0}}, {"b-plain", {2, 0}}, {fuzzed, {3, 0}}};
    return sources;
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

std::vector<Word> meant_command(const Slot& slot, const std::string& store) {
    const auto& config = slot.config;
    const auto grace = config.stop_timeout_s > 3 ? config.stop_timeout_s - 2 : 1;
    std::vector<Word> words;
    const auto add = [&](std::string text) { words.push_back({std::move(text), false}); };
    add(std::string{launcher});
    add(config.name.str());
    for (const auto* text : {"podman", "run", "--rm", "--replace"}) add(text);
    add("--name=hal0-slot-" + config.name.str());
    for (const auto* text : {"--detach", "--cgroups=split", "--sdnotify=conmon", "--log-driver=passthrough", "--pull=never", "--no-healthcheck"}) add(text);
    add(fmt::format("--stop-timeout={}", grace));
    for (const auto* text : {"--cap-drop=all", "--security-opt=no-new-privileges", "--read-only", "--tmpfs=/tmp", "--env=HOME=/tmp"}) add(text);
    for (const auto& option : slot.profile->security) add("--security-opt=" + option);
    add(slot.profile->network == Network::host ? "--network=host" : fmt::format("--publish=127.0.0.1:{0}:{0}", config.port));
    add(fmt::format("--volume={0}:{0}:ro", store));
    if (!slot.profile->devices.empty()) words.push_back({"$HAL0_DEVICE_ARGS", true});
    if (!slot.profile->groups.empty()) words.push_back({"$HAL0_GROUP_ARGS", true});
    add(slot.profile->image);
    for (const auto& argument : server_command(slot, model_arguments_at_start()).kept)
        for (const auto& word : words_of({argument})) words.push_back({word, argument.is_variable});
    return words;
}

std::vector<std::string> meant_assignments(const Slot& slot, const std::string& store) {
    std::vector<std::string> all = {"HAL0_IMAGE=" + slot.profile->image, fmt::format("HAL0_PROVIDER={}", to_string(slot.provider)),
                                    fmt::format("HAL0_PORT={}", slot.config.port), fmt::format("HAL0_HEALTH_PATH={}", provider(slot.provider).health_path),
                                    "HAL0_MODEL_STORE=" + store};
    if (slot.config.model) all.push_back("HAL0_MODEL=" + slot.config.model->str());
    if (const auto flags = flags_set_over_model(slot); !flags.empty()) all.push_back("HAL0_FLAGS_SET=" + joined(flags));
    if (!slot.profile->devices.empty()) all.push_back("HAL0_DEVICES=" + joined(slot.profile->devices));
    if (!slot.profile->groups.empty()) all.push_back("HAL0_GROUPS=" + joined(slot.profile->groups));
    return all;
}

void add_rivals(Meaning& meant, const PlannedSlot& planned) {
    for (const auto& rival : planned.rivals) {
        meant.directives["Unit.Conflicts"].push_back("hal0-slot@" + rival.str() + ".service");
        if (rival < planned.name) meant.directives["Unit.After"].push_back("hal0-slot@" + rival.str() + ".service");
    }
}

void add_limits(Meaning& meant, const SlotConfig& config) {
    const auto add = [&](const std::string& key, std::string value) { meant.directives[key].push_back(std::move(value)); };
    add("Service.TimeoutStartSec", std::to_string(config.start_timeout_s));
    add("Service.TimeoutStopSec", std::to_string(config.stop_timeout_s));
    if (config.limits.memory_max) add("Service.MemoryMax", *config.limits.memory_max);
    if (config.limits.memory_high) add("Service.MemoryHigh", *config.limits.memory_high);
    if (config.limits.cpu_weight) add("Service.CPUWeight", std::to_string(*config.limits.cpu_weight));
    if (config.limits.allowed_cpus) add("Service.AllowedCPUs", *config.limits.allowed_cpus);
}

void add_network(Meaning& meant, const Profile& profile) {
    if (profile.network != Network::private_) return;
    for (const auto* key : {"Service.IPAddressDeny", "Service.IPAddressAllow"}) meant.directives[key].emplace_back();  // takes the unit's own filters away
}

Meaning meant_start(const PlannedSlot& planned, const Settings& settings) {
    const auto& slot = std::get<Slot>(planned.slot);
    const auto& config = slot.config;
    const auto name = config.name.str();
    Meaning meant;
    const auto add = [&](const std::string& key, std::string value) { meant.directives[key].push_back(std::move(value)); };
    add("Unit.SourcePath", folder + name + ".toml");
    add("Unit.Description", fmt::format("hal0 slot {} ({} on {}, port {})", name, to_string(config.type), to_string(slot.device), config.port));
    add("Unit.RequiresMountsFor", settings.model_store);
    add("Unit.StartLimitIntervalSec", std::to_string((config.start_timeout_s + config.stop_timeout_s + 30) * 6));
    add_rivals(meant, planned);
    add_limits(meant, config);
    add_network(meant, *slot.profile);
    meant.assignments = meant_assignments(slot, settings.model_store);
    meant.command = meant_command(slot, settings.model_store);
    return meant;
}

Meaning meant_refusal(const PlannedSlot& planned) {
    const auto name = planned.name.str();
    const auto file = folder + name + ".toml";
    const auto* refusal = std::get_if<Refusal>(&planned.slot);
    const auto text = refusal ? to_string(refusal->reason)
                             : to_string(std::get<Slot>(planned.slot).config.place_of("enabled")) + ": enabled: the slot is disabled; set it to true to start it";
    Meaning meant{{{"Unit.SourcePath", {file}}, {"Unit.Description", {"hal0 slot " + name + " (cannot start)"}}},
                  {"HAL0_CONFIG_ERROR=" + text},
                  {}};
    add_rivals(meant, planned);
    if (refusal && refusal->config) add_limits(meant, *refusal->config);
    const auto* disabled = std::get_if<Slot>(&planned.slot);
    if (disabled) add_limits(meant, disabled->config);
    if (const auto profile = disabled ? std::optional{disabled->profile} : planned.profile) {
        meant.assignments.push_back("HAL0_IMAGE=" + (*profile)->image);
        add_network(meant, **profile);
    }
    return meant;
}

void check_file(const Output& output, const std::string& path, const Meaning& meant) {
    const auto is_it = [&](const auto& file) { return file.path == path; };
    if (std::count_if(output.files.begin(), output.files.end(), is_it) != 1) fail(path + " is not written once");
    const auto& text = std::find_if(output.files.begin(), output.files.end(), is_it)->text;
    if (!text.starts_with("# Generated by hal0-generator from ")) fail(path + " does not say who wrote it");
    if (const auto problem = oracle::difference(text, meant); !problem.empty()) fail(fmt::format("{}: {}\n{}", path, problem, text));
}

void check_messages(const Diagnostics& diagnostics) {
    for (const auto& diagnostic : diagnostics) {
        const auto text = to_string(diagnostic);
        const bool control = std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
        bool c1_control = false;  // U+0080..U+009F: terminals act on these too
        for (std::size_t i = 0; i + 1 < text.size(); ++i) c1_control = c1_control || (text[i] == '\xc2' && static_cast<unsigned char>(text[i + 1]) < 0xA0);
        if (control || c1_control || !oracle::is_text(text)) fail("a message is not one line of text: " + text);
        if (diagnostic.message.empty()) fail("a message says nothing: " + text);
    }
}

/// What stops all slots: that hal0.toml or profiles.toml is no TOML, that its table is none, or that the model store is wrong.
const Diagnostic* common_error(const Diagnostics& diagnostics) {
    const auto is_common = [](const auto& d) {
        const bool is_settings = d.place.file == "/etc/hal0/hal0.toml";
        const bool is_profiles = d.place.file == "/etc/hal0/profiles.toml";
        const bool is_whole = d.key.empty() || d.key == (is_settings ? "models" : "profile");
        return d.severity == Severity::error && ((is_whole && (is_settings || is_profiles)) || (is_settings && d.key == "models.store"));
    };
    const auto last = std::find_if(diagnostics.rbegin(), diagnostics.rend(), is_common);
    return last == diagnostics.rend() ? nullptr : &*last;
}

void check(const Plan& plan, const Output& output) {
    if (plan.slots.size() != 3) fail("not three slots");
    const auto* common = common_error(plan.diagnostics);
    std::size_t links = 0;
    for (const auto& planned : plan.slots) {
        const auto* slot = std::get_if<Slot>(&planned.slot);
        const bool starts = slot && slot->config.enabled;
        if (common && (slot || std::get<Refusal>(planned.slot).reason != *common)) fail(planned.name.str() + " is not refused because of the common file");
        if (!common && !starts && planned.name.str() != fuzzed) fail(planned.name.str() + " is not rendered");
        const auto instance = "@" + planned.name.str() + ".service";
        check_file(output, "hal0-slot" + instance + ".d/50-hal0-generated.conf", starts ? meant_start(planned, plan.settings) : meant_refusal(planned));
        links += planned.starts_at_boot ? 1 : 0;
        if (planned.starts_at_boot && !starts) fail(planned.name.str() + " starts at boot, but cannot");
    }
    const bool rivals = !plan.slots[0].rivals.empty();
    if (!common && plan.slots[0].starts_at_boot == (rivals && plan.slots[2].starts_at_boot)) fail("the wrong one of a group starts at boot");
    if (plan.slots[1].starts_at_boot == (common != nullptr) || !plan.slots[1].rivals.empty()) fail("b-plain is affected");
    if (output.files.size() != 3 || output.links.size() != links) fail("files or links that nobody asked for");
    check_messages(plan.diagnostics);
}

}  // namespace
}  // namespace hal0::slot

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const auto plan = hal0::slot::make_plan(hal0::slot::sources_of(input));
    hal0::slot::check(plan, hal0::slot::render(plan));

    hal0::slot::Diagnostics diagnostics;
    hal0::slot::parse_registry("registry.toml", input, diagnostics);
    hal0::slot::check_messages(diagnostics);
    return 0;
}
