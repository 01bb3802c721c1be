#include "slot/drift.hpp"

#include "slot/arguments.hpp"

#include <algorithm>
#include <utility>

namespace hal0::slot {
namespace {

/// All values that one flag has been given, in order.
struct Setting {
    std::string key;
    std::vector<std::string> values;
};
using Settings = std::vector<Setting>;

/// Whether a flag without values is the one that turns something off: `--no-mmap`, and the short ones `-nocb`, `-nkvo`,
/// `-nr`. (Short flags with n that mean something else, `-ngl`, `-np`, all take a value.)
bool turns_off(std::string_view flag) { return flag.starts_with("--no-") || (flag.starts_with("-n") && !flag.starts_with("--")); }

std::vector<std::string> values_of(const Argument& argument) {
    if (argument.flag.empty() || !argument.values.empty()) return argument.values;
    return {turns_off(argument.flag) ? "off" : "on"};
}

Settings settings_of(const Provider& provider, const std::vector<std::string>& words) {
    Settings settings;
    for (const auto& argument : group_words(words, Source::hal0)) {
        const auto key = argument.flag.empty() ? "command" : canonical_flag(provider, argument.flag);
        auto known = std::find_if(settings.begin(), settings.end(), [&](const auto& setting) { return setting.key == key; });
        if (known == settings.end()) known = settings.insert(known, {key, {}});
        const auto values = values_of(argument);
        known->values.insert(known->values.end(), values.begin(), values.end());
    }
    return settings;
}

const Setting* find(const Settings& settings, const std::string& key) {
    const auto found = std::find_if(settings.begin(), settings.end(), [&](const auto& setting) { return setting.key == key; });
    return found == settings.end() ? nullptr : &*found;
}

std::string shown(const Setting* setting) {
    std::string text;
    if (!setting) return text;
    for (const auto& value : setting->values) text.append(text.empty() ? "" : " ").append(value);
    return text;
}

}  // namespace

std::vector<Difference> drift(const Provider& provider, const Command& running, const Command& configured) {
    std::vector<Difference> differences;
    if (running.image != configured.image) differences.push_back({"image", running.image, configured.image});
    const auto now = settings_of(provider, running.arguments);
    const auto then = settings_of(provider, configured.arguments);
    for (const auto& setting : then) {
        const auto* current = find(now, setting.key);
        if (!current || current->values != setting.values) differences.push_back({setting.key, shown(current), shown(&setting)});
    }
    for (const auto& setting : now)
        if (!find(then, setting.key)) differences.push_back({setting.key, shown(&setting), ""});
    return differences;
}

}  // namespace hal0::slot
