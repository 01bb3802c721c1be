#include "slot/toml_parse.hpp"

#include "slot/text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace hal0::slot {
namespace {

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

/// How deep a text nests tables and lists, followed character by character, outside of strings and comments.
class Depth {
public:
    void see(char c) {
        if (c == '.') ++dots_;
        else if (c == '=') key_ = std::exchange(dots_, 0);
        else if (c == ',') key_ = dots_ = 0;
        else if (c == '[' || c == '{') open();
        else if (c == ']' || c == '}') close();
    }
    /// A key ends with its line.
    void end_line() {
        dots_ = 0;
        if (around_.empty()) key_ = 0;
    }

    std::size_t dots() const { return dots_; }
    std::size_t levels() const { return around_.size() + dots_around_; }

private:
    void open() {
        around_.push_back(std::exchange(key_, 0));
        dots_around_ += around_.back();
        dots_ = 0;
    }
    void close() {
        dots_ = key_ = 0;
        if (around_.empty()) return;
        dots_around_ -= around_.back();
        around_.pop_back();
    }

    std::size_t dots_ = 0;  // of the key, or value, that is being read
    std::size_t key_ = 0;   // of the key whose value is being read
    std::vector<std::size_t> around_;  // for each open bracket, the dots of its key
    std::size_t dots_around_ = 0;
};

constexpr std::ptrdiff_t most_dots = 64, most_levels = 128;

/// Most texts have fewer of these characters in all than one place may have: there is no need to look where they stand.
bool is_surely_flat(std::string_view text) {
    const auto dots = std::count(text.begin(), text.end(), '.');
    const auto brackets = std::count(text.begin(), text.end(), '[') + std::count(text.begin(), text.end(), '{');
    return dots <= most_dots && dots + brackets <= most_levels;
}

/// What a text has too many levels of, and in which line. toml++ makes a table of each part of a key and, like everything
/// that walks through what it made, goes down recursively: a key of 100 kB would overflow the stack.
std::optional<std::pair<std::uint32_t, std::string_view>> too_deep(std::string_view text) {
    if (is_surely_flat(text)) return std::nullopt;
    std::uint32_t line = 1;
    Depth depth;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const auto next = c == '"' || c == '\'' || c == '#' ? skip_opaque(text, at) : at + 1;
        const auto lines = std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(next), '\n');
        line += static_cast<std::uint32_t>(lines);
        lines > 0 ? depth.end_line() : depth.see(c);
        if (depth.dots() > std::size_t{most_dots}) return std::pair{line, "a key has more than 64 dots"};
        if (depth.levels() > std::size_t{most_levels}) return std::pair{line, "a value is nested more than 128 levels deep"};
        at = next;
    }
    return std::nullopt;
}

}  // namespace

Position position_of(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

Place place_of(const std::string& file, const toml::source_region& region) { return {file, region.begin.line, region.begin.column}; }

std::optional<toml::table> parse_toml(const std::string& file, std::string_view text, Diagnostics& diagnostics) {
    if (text.size() > largest_file) {
        diagnostics.push_back({Severity::error, {file}, "", "the file is larger than 1 MiB"});
        return std::nullopt;
    }
    if (const auto problem = too_deep(text)) {
        diagnostics.push_back({Severity::error, {file, problem->first}, "", std::string{problem->second}});
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
