#include "units/ready/end_reason.hpp"

#include "slot/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace hal0::ready {
namespace {

/// The value of a line `name=value`; empty without one.
std::string_view value_of(std::string_view lines, std::string_view name) {
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        if (line.starts_with(name) && line.substr(name.size()).starts_with('=')) return line.substr(name.size() + 1);
    }
    return {};
}

/// Seconds of one part of a time span as systemd prints it, `3min`; 0 for any other.
std::uint64_t seconds_of(std::string_view part) {
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 5> units = {{{"w", 604'800}, {"d", 86'400}, {"h", 3'600}, {"min", 60}, {"s", 1}}};
    const auto digits = std::min(part.find_first_not_of("0123456789"), part.size());
    const auto unit = std::find_if(units.begin(), units.end(), [&](const auto& known) { return known.first == part.substr(digits); });
    return unit == units.end() ? 0 : slot::parse_number<std::uint64_t>(part.substr(0, digits)).value_or(0) * unit->second;
}

/// `1min 30s` as `90 s`, which is what the slot's file says; what is not whole seconds is left as systemd says it.
std::string in_seconds(std::string_view span) {
    std::uint64_t seconds = 0;
    for (auto rest = span; !rest.empty();) {
        const auto part = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (seconds_of(part) == 0) return std::string{span};
        seconds += seconds_of(part);
    }
    return fmt::format("{} s", seconds);
}

}  // namespace

std::optional<std::string> end_reason(std::string_view shown, const Health& last) {
    // systemd changes the state before it sends the signal.
    if (value_of(shown, "ActiveState") != "deactivating") return "somebody ended it with SIGTERM before the model server answered";
    if (value_of(shown, "Result") != "timeout") return std::nullopt;
    return fmt::format("the model server did not become healthy within {} (if that is too short, raise timeouts.start_s); last seen: {}",
                       in_seconds(value_of(shown, "TimeoutStartUSec")), last.in_words());
}

}  // namespace hal0::ready
