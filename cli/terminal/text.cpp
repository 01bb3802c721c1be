#include "cli/terminal/text.hpp"

#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::cli {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The length of the colour sequence at the front, `ESC [ 1 ; 3 2 m`; 0 without one.
std::size_t colour_length(std::string_view text) {
    if (!text.starts_with("\x1b[")) return 0;
    const auto end = text.find_first_not_of("0123456789;:", 2);
    return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

}  // namespace

std::string shown(std::string_view line) {
    std::string plain;
    for (; !line.empty(); line.remove_prefix(1)) {
        while (const auto length = colour_length(line)) line.remove_prefix(length);
        if (line.empty()) break;
        line.front() == '\t' ? plain += "    " : plain += line.front();
    }
    return slot::visible(plain);
}

std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

std::string fitted(std::string_view text, std::size_t width) {
    if (columns(text) <= width) return std::string{text};
    if (width == 0) return "";
    std::size_t end = 0;
    for (std::size_t left = width; end < text.size(); ++end)
        if (!continues_character(text[end]) && left-- == 1) break;
    return std::string{text.substr(0, end)} + "…";
}

std::string duration_text(std::chrono::milliseconds duration) {
    const auto seconds = duration.count() / 1000;
    if (duration.count() < 10'000) return fmt::format("{:.1f} s", static_cast<double>(duration.count() / 100) / 10);
    if (seconds < 60) return fmt::format("{} s", seconds);
    if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
    return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
}

}  // namespace hal0::cli
