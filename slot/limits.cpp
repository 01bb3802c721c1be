#include "slot/limits.hpp"

#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace hal0::slot {
namespace {

/// Takes a number off the front of `text`. No leading zeros: systemd reads some of those as octal.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    if (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') return std::nullopt;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool is_memory_limit(std::string_view text) {
    if (text == "infinity") return true;
    const auto number = take_number(text);
    if (!number || *number == 0) return false;
    if (text == "%") return *number <= 100;
    constexpr std::uint64_t most = 1'000'000'000'000'000;  // a petabyte; systemd ignores what 64 bits cannot hold
    constexpr std::array<std::pair<std::string_view, int>, 5> units = {{{"", 0}, {"K", 10}, {"M", 20}, {"G", 30}, {"T", 40}}};
    return std::any_of(units.begin(), units.end(), [&](const auto& unit) { return text == unit.first && *number <= most >> unit.second; });
}

bool is_cpu_list(std::string_view text) {
    constexpr std::uint64_t most_cpus = 8192;  // CONFIG_NR_CPUS of the largest distribution kernels
    while (true) {
        const auto first = take_number(text);
        auto last = first;
        if (text.starts_with('-')) {
            text.remove_prefix(1);
            last = take_number(text);
        }
        if (!first || !last || *first > *last || *last >= most_cpus) return false;
        if (text.empty()) return true;
        if (!text.starts_with(',')) return false;
        text.remove_prefix(1);
    }
}

}  // namespace

Result<std::string> parse_memory_limit(std::string_view text) {
    if (is_memory_limit(text)) return std::string{text};
    return Error{fmt::format("{} is not allowed: a size such as \"8G\" or \"512M\", a percentage such as \"50%\", or \"infinity\"", in_quotes(text))};
}

Result<std::string> parse_cpu_list(std::string_view text) {
    if (is_cpu_list(text)) return std::string{text};
    return Error{fmt::format("{} is not allowed: CPU numbers and ranges such as \"0-3,8\"", in_quotes(text))};
}

}  // namespace hal0::slot
