#include "slot/toml_parse.hpp"

#include "slot/text.hpp"

#include <algorithm>

namespace hal0::slot {
namespace {

// A slot's file has some dozens of lines; a megabyte leaves room for a large registry and bounds the work at boot.
constexpr std::size_t largest_file = 1024 * 1024;

/// Behind the closing quotes at `at`. A multi-line string may end in one or two quotes of its own (TOML 1.0, String).
std::size_t behind_closing(std::string_view text, std::size_t at, const std::string& closing) {
    at += closing.size();
    for (int own = 0; closing.size() == 3 && own < 2 && at < text.size() && text[at] == closing.front(); ++own) ++at;
    return at;
}

/// Where a string or a comment that begins at `at` ends; where a line ends, for one that is not closed.
std::size_t skip_opaque(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const auto line_end = std::min(text.find('\n', at), text.size());
    if (quote == '#') return line_end;
    const std::string closing(text.substr(at).starts_with(std::string(3, quote)) ? 3 : 1, quote);
    for (at += closing.size(); at < (closing.size() == 3 ? text.size() : line_end); ++at) {
        if (quote == '"' && text[at] == '\\')
            ++at;
        else if (text.substr(at).starts_with(closing))
            return behind_closing(text, at, closing);
    }
    return std::min(at, text.size());
}

/// The line with a key of too many parts. toml++ makes a table of each part and destroys them recursively: a key of
/// 100 kB would overflow the stack. Counts the dots between two of `= , [ {` or line ends, outside of strings and comments.
std::optional<std::uint32_t> line_of_long_key(std::string_view text) {
    constexpr int most_dots = 64;
    std::uint32_t line = 1;
    int dots = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const auto next = c == '"' || c == '\'' || c == '#' ? skip_opaque(text, at) : at + 1;
        const auto lines = std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(next), '\n');
        line += static_cast<std::uint32_t>(lines);
        dots = lines > 0 || std::string_view{"=,[{"}.find(c) != std::string_view::npos ? 0 : dots + (c == '.' ? 1 : 0);
        if (dots > most_dots) return line;
        at = next;
    }
    return std::nullopt;
}

}  // namespace

Place place_of(const std::string& file, const toml::source_region& region) { return {file, region.begin.line, region.begin.column}; }

std::optional<toml::table> parse_toml(const std::string& file, std::string_view text, Diagnostics& diagnostics) {
    if (text.size() > largest_file) {
        diagnostics.push_back({Severity::error, {file}, "", "the file is larger than 1 MiB"});
        return std::nullopt;
    }
    if (const auto line = line_of_long_key(text)) {
        diagnostics.push_back({Severity::error, {file, *line}, "", "a key has more than 64 dots"});
        return std::nullopt;
    }
    try {
        return toml::parse(text, std::string_view{file});
    } catch (const toml::parse_error& problem) {
        diagnostics.push_back({Severity::error, place_of(file, problem.source()), "", visible(problem.description())});
        return std::nullopt;
    }
}

}  // namespace hal0::slot
