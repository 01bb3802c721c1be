#include "slot/drift.hpp"

#include "slot/arguments.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hal0::slot {
namespace {

using namespace std::string_view_literals;

/// All values that one flag has been given, in order.
struct Flag {
    std::string key;
    std::vector<std::string> values;
};
using FlagValues = std::vector<Flag>;

/// Whether a flag without values is the one that turns something off: `--no-mmap`, and the short ones `-nocb`, `-nkvo`,
/// `-nr`. (Short flags with n that mean something else, `-ngl`, `-np`, all take a value.)
bool turns_off(std::string_view flag) { return flag.starts_with("--no-") || (flag.starts_with("-n") && !flag.starts_with("--")); }

std::vector<std::string> values_of(const Argument& argument) {
    if (argument.flag.empty() || !argument.values.empty()) return argument.values;
    return {turns_off(argument.flag) ? "off" : "on"};
}

Flag& flag_of(FlagValues& flags, const std::string& key) {
    const auto known = std::find_if(flags.begin(), flags.end(), [&](const auto& flag) { return flag.key == key; });
    return known == flags.end() ? *flags.insert(known, {key, {}}) : *known;
}

FlagValues flags_of(const Provider& provider, const std::vector<std::string>& words) {
    FlagValues flags;
    for (const auto& argument : group_words(words, Source::hal0)) {
        const auto key = argument.flag.empty() ? "command" : canonical_flag(provider, argument.flag);
        auto& known = flag_of(flags, key).values;
        const auto values = values_of(argument);
        known.insert(known.end(), values.begin(), values.end());
    }
    return flags;
}

const Flag* find(const FlagValues& flags, const std::string& key) {
    const auto found = std::find_if(flags.begin(), flags.end(), [&](const auto& flag) { return flag.key == key; });
    return found == flags.end() ? nullptr : &*found;
}

std::string shown(const Flag* flag) {
    std::string text;
    if (!flag) return text;
    for (const auto& value : flag->values) text.append(text.empty() ? "" : " ").append(value);
    return text;
}

/// podman's options that a slot's configuration decides. Of others that are there somebody has taken care with `systemctl edit`, and
/// no restart would change them.
constexpr std::array configured_options = {"--security-opt"sv, "--network"sv, "--publish"sv, "--volume"sv, "--device"sv, "--group-add"sv, "--stop-timeout"sv};

/// Those among these words, which hal0 writes with their values: `--volume=/a:/a:ro`.
FlagValues options_of(const std::vector<std::string>& words) {
    FlagValues options;
    for (const auto& word : words) {
        const auto end = word.find('=');
        const auto name = word.substr(0, end);
        if (end == std::string::npos || std::find(configured_options.begin(), configured_options.end(), name) == configured_options.end()) continue;
        flag_of(options, "podman " + name).values.push_back(word.substr(end + 1));
    }
    return options;
}

void add_differences(std::vector<Difference>& differences, const FlagValues& now, const FlagValues& then) {
    for (const auto& flag : then) {
        const auto* current = find(now, flag.key);
        if (!current || current->values != flag.values) differences.push_back({flag.key, shown(current), shown(&flag)});
    }
    for (const auto& flag : now)
        if (!find(then, flag.key)) differences.push_back({flag.key, shown(&flag), ""});
}

}  // namespace

std::vector<Difference> drift(const Provider& provider, const Command& running, const Command& configured) {
    std::vector<Difference> differences;
    if (running.image != configured.image) differences.push_back({"image", running.image, configured.image});
    add_differences(differences, flags_of(provider, running.arguments), flags_of(provider, configured.arguments));
    if (running.options && configured.options) add_differences(differences, options_of(*running.options), options_of(*configured.options));
    return differences;
}

}  // namespace hal0::slot
