#include "slot/diagnostic.hpp"

#include "slot/number.hpp"
#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::slot {
namespace {

constexpr std::string_view separator = ": ";

/// Takes `:number` off the end of `text`; 0 if there is none.
std::uint32_t take_number(std::string_view& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == text.size()) return 0;
    const auto number = parse_number<std::uint32_t>(text.substr(colon + 1)).value_or(0);
    if (number != 0) text = text.substr(0, colon);
    return number;
}

/// The place that stands in front of a sentence, taken off it; the empty one, and nothing is taken, if there is none.
Place take_place(std::string_view& sentence) {
    const auto end = sentence.find(separator);
    if (end == std::string_view::npos) return {};
    auto file = sentence.substr(0, end);
    const auto last = take_number(file);
    const auto first = last == 0 ? 0 : take_number(file);
    if (file.empty() || (!file.starts_with('/') && (last == 0 || file.find_first_of(" \"") != std::string_view::npos))) return {};
    sentence.remove_prefix(end + separator.size());
    return first == 0 ? Place{std::string{file}, last, 0} : Place{std::string{file}, first, last};
}

/// Where one part of a dotted key ends, be it bare or quoted (shown_key() in toml_reader.hpp); 0 if none begins there.
std::size_t part_length(std::string_view text) {
    const auto bare = [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; };
    if (!text.starts_with('"')) return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), bare) - text.begin());
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return 0;
}

/// Where `[0]`, an element of a list, ends; 0 if none begins there.
std::size_t index_length(std::string_view text) {
    const auto end = text.find_first_not_of("0123456789", 1);
    return text.starts_with('[') && end != std::string_view::npos && end > 1 && text[end] == ']' ? end + 1 : 0;
}

/// The key that stands in front of a sentence, taken off it; empty, and nothing is taken, if there is none.
std::string take_key(std::string_view& sentence) {
    std::size_t end = 0;
    while (true) {
        const auto part = part_length(sentence.substr(end));
        if (part == 0) return {};
        end += part;
        end += index_length(sentence.substr(end));
        if (end >= sentence.size() || sentence[end] != '.') break;
        ++end;
    }
    if (!sentence.substr(end).starts_with(separator)) return {};
    std::string key{sentence.substr(0, end)};
    sentence.remove_prefix(end + separator.size());
    return key;
}

}  // namespace

std::string to_string(const Place& place) {
    const auto file = visible(place.file);
    if (place.line == 0) return file;
    if (place.column == 0) return fmt::format("{}:{}", file, place.line);
    return fmt::format("{}:{}:{}", file, place.line, place.column);
}

std::string to_string(const Diagnostic& diagnostic) {
    auto sentence = to_string(diagnostic.place);
    for (const auto& part : {diagnostic.key, diagnostic.message}) {
        if (!sentence.empty() && !part.empty()) sentence += separator;
        sentence += part;
    }
    return sentence;
}

std::optional<Diagnostic> parse_diagnostic(std::string_view sentence) {
    Diagnostic diagnostic;
    diagnostic.place = take_place(sentence);
    diagnostic.key = take_key(sentence);
    if (diagnostic.place.file.empty() && diagnostic.key.empty()) return std::nullopt;
    diagnostic.message = sentence;
    return diagnostic;
}

const Diagnostic* first_error(const Diagnostics& diagnostics) {
    const auto found = std::find_if(diagnostics.begin(), diagnostics.end(), [](const auto& d) { return d.severity == Severity::error; });
    return found == diagnostics.end() ? nullptr : &*found;
}

}  // namespace hal0::slot
