#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::slot {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; }

/// What the first byte says of the length (RFC 3629, section 4); 0 if no character begins with it.
std::size_t announced_length(unsigned lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

bool is_overlong_or_outside(std::string_view text) {
    const auto lead = byte_at(text, 0);
    const auto second = byte_at(text, 1);
    return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90);
}

bool is_no_character(std::string_view text, std::size_t length) {
    if (length < 3) return false;
    const auto lead = byte_at(text, 0);
    const bool last_two = byte_at(text, length - 2) == 0xBF && byte_at(text, length - 1) >= 0xBE &&
                          (length == 3 ? lead == 0xEF : (byte_at(text, 1) & 0x0F) == 0x0F);
    const bool reserved = lead == 0xEF && byte_at(text, 1) == 0xB7 && byte_at(text, 2) >= 0x90 && byte_at(text, 2) <= 0xAF;
    return last_two || reserved;
}

/// Takes one character, or one byte that is none, off the front of `text` and appends what stands for it.
void show_next(std::string_view& text, std::string& out) {
    const auto length = character_length(text);
    // Terminals act on U+0080..U+009F, too.
    const bool c1_control = length == 2 && byte_at(text, 0) == 0xC2 && byte_at(text, 1) < 0xA0;
    const auto taken = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0 || c1_control || is_control(text.front()))
        for (const char c : taken) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
        out += taken;
    text.remove_prefix(taken.size());
}

}  // namespace

std::size_t character_length(std::string_view text) {
    const auto length = announced_length(byte_at(text, 0));
    if (text.size() < std::max<std::size_t>(length, 1)) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte_at(text, i) & 0xC0) != 0x80) return 0;
    return is_overlong_or_outside(text) || is_no_character(text, length) ? 0 : length;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_name(std::string_view text, std::size_t longest, std::string_view others) {
    const auto allowed = [&](char c) { return is_letter_or_digit(c) || others.find(c) != std::string_view::npos; };
    return !text.empty() && text.size() <= longest && is_letter_or_digit(text.front()) && std::all_of(text.begin(), text.end(), allowed);
}

std::string visible(std::string_view text) {
    std::string out;
    while (!text.empty()) show_next(text, out);
    return out;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 64;
    std::string out = "\"";
    for (std::size_t characters = 0; !text.empty() && characters < longest; ++characters) {
        if (text.front() == '"' || text.front() == '\\') out += '\\';
        show_next(text, out);
    }
    return out + (text.empty() ? "\"" : "…\"");
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string{text};
    while (most > 0 && (byte_at(text, most) & 0xC0) == 0x80) --most;
    return std::string{text.substr(0, most)};
}

}  // namespace hal0::slot
