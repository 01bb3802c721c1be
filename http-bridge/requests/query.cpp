#include "http-bridge/requests/query.hpp"

#include "http-bridge/requests/bad_fields.hpp"
#include "slot/number.hpp"
#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string_view>

namespace hal0::http {
namespace {

constexpr std::size_t most_lines = 5000, most_entries = 1000, default_entries = 100;
constexpr double longest_wait_s = 600, default_wait_s = 8;

Location at(std::string_view name) { return {"query", name}; }

/// A whole number from `least` to `most`.
std::optional<std::uint64_t> integer(const Request& request, const char* name, std::uint64_t least, std::uint64_t most, BadFields& bad) {
    const auto text = request.query_value(name);
    if (!text) return std::nullopt;
    const auto wanted = most == std::numeric_limits<std::uint64_t>::max() ? fmt::format("has to be a whole number, {} or more", least)
                                                                         : fmt::format("has to be a whole number from {} to {}", least, most);
    const bool is_negative = text->starts_with('-');
    const auto digits = std::string_view{*text}.substr(is_negative ? 1 : 0);
    const bool is_number = !digits.empty() && std::all_of(digits.begin(), digits.end(), slot::is_digit);
    std::uint64_t value = 0;
    const bool is_huge = std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc::result_out_of_range;
    if (!is_number) bad.add(at(name), "int_parsing", wanted);
    else if ((is_negative && value != 0) || (is_negative && is_huge) || (!is_huge && value < least)) bad.add(at(name), "greater_than_equal", wanted);
    else if (is_huge || value > most) bad.add(at(name), "less_than_equal", wanted);
    return value;
}

std::string word(const Request& request, const char* name, std::initializer_list<std::string_view> words, BadFields& bad) {
    const auto text = request.query_value(name);
    if (!text) return "";
    if (std::find(words.begin(), words.end(), *text) == words.end()) bad.add(at(name), "literal_error", fmt::format("has to be one of {}", fmt::join(words, ", ")));
    return *text;
}

std::size_t limit(const Request& request, BadFields& bad) { return integer(request, "limit", 1, most_entries, bad).value_or(default_entries); }
std::optional<std::uint64_t> since(const Request& request, BadFields& bad) { return integer(request, "since", 0, std::numeric_limits<std::uint64_t>::max(), bad); }
std::string severity(const Request& request, BadFields& bad) { return word(request, "severity", {"debug", "info", "warning", "error"}, bad); }

/// What `read` gives, if nothing is wrong with it.
template <class Read>
auto checked(const Request& request, Read read) {
    BadFields bad;
    auto value = read(request, bad);
    bad.refuse_if_any();
    return value;
}

double wait_s(const Request& request, BadFields& bad) {
    const auto text = request.query_value("wait");
    if (!text) return default_wait_s;
    const auto seconds = slot::parse_number<double>(*text, std::chars_format::fixed);
    constexpr auto wanted = "has to be a number of seconds from 0 to 600";
    if (!seconds || !std::isfinite(*seconds)) bad.add(at("wait"), "value_error", wanted);
    else if (*seconds < 0) bad.add(at("wait"), "greater_than_equal", wanted);
    else if (*seconds > longest_wait_s) bad.add(at("wait"), "less_than_equal", wanted);
    return seconds.value_or(0);
}

}  // namespace

std::size_t lines_query(const Request& request, std::size_t otherwise) {
    return checked(request, [otherwise](const Request& of, BadFields& bad) {
        return integer(of, "lines", otherwise == 0 ? 0 : 1, most_lines, bad).value_or(otherwise);
    });
}

std::chrono::milliseconds wait_query(const Request& request) {
    return std::chrono::milliseconds{std::llround(checked(request, wait_s) * 1000)};
}

std::size_t limit_query(const Request& request) { return checked(request, limit); }
std::optional<std::uint64_t> since_query(const Request& request) { return checked(request, since); }
std::string severity_query(const Request& request) { return checked(request, severity); }

PageQuery page_query(const Request& request) {
    return checked(request, [](const Request& of, BadFields& bad) { return PageQuery{since(of, bad), severity(of, bad), limit(of, bad)}; });
}

ConfigFormat format_query(const Request& request) {
    const auto format = checked(request, [](const Request& of, BadFields& bad) { return word(of, "format", {"json", "toml"}, bad); });
    return format == "toml" ? ConfigFormat::toml : ConfigFormat::json;
}

}  // namespace hal0::http
