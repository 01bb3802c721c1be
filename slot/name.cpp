#include "slot/name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::slot {
namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alnum(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

/// The length of the UTF-8 sequence at the front of `text`, 0 if it is not one (RFC 3629, section 4).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = byte(0);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5                 ? 4
                                                                             : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
    const bool outside = (lead == 0xED && byte(1) >= 0xA0) || (lead == 0xF4 && byte(1) >= 0x90);
    // U+FDD0..U+FDEF and the last two of each plane are no characters: systemd drops a line that holds one.
    const bool last_two = length >= 3 && byte(length - 2) == 0xBF && byte(length - 1) >= 0xBE &&
                          (length == 3 ? lead == 0xEF : (byte(1) & 0x0F) == 0x0F);
    const bool none = last_two || (lead == 0xEF && byte(1) == 0xB7 && byte(2) >= 0x90 && byte(2) <= 0xAF);
    return overlong || outside || none ? 0 : length;
}

}  // namespace

Result<SlotName> SlotName::parse(std::string_view text) {
    const bool ok = !text.empty() && text.size() <= 32 && is_lower_or_digit(text.front()) &&
                    std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '_' || c == '-'; });
    if (!ok)
        return Error{fmt::format("{} is not a slot name: 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit",
                                 quoted(text))};
    return SlotName{std::string{text}};
}

std::string unit_name(const SlotName& name) { return "hal0-slot@" + name.str() + ".service"; }
std::string pull_unit_name(const SlotName& name) { return "hal0-slot-pull@" + name.str() + ".service"; }
std::string container_name(const SlotName& name) { return "hal0-slot-" + name.str(); }

Result<ModelId> ModelId::parse(std::string_view text) {
    const auto allowed = [](char c) { return is_alnum(c) || std::string_view{"._-/:@+"}.find(c) != std::string_view::npos; };
    if (text.empty() || text.size() > 255 || !is_alnum(text.front()) || !std::all_of(text.begin(), text.end(), allowed))
        return Error{fmt::format("{} is not a model id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit",
                                 quoted(text))};
    return ModelId{std::string{text}};
}

std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 64;
    std::string out = "\"";
    std::size_t characters = 0;
    while (!text.empty() && characters < longest) {
        const auto first = static_cast<unsigned char>(text[0]);
        auto length = utf8_length(text);
        // U+0080..U+009F are control characters too: terminals act on them.
        const bool control = first < 0x20 || first == 0x7F || (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
        if (length == 0 || control) {
            length = std::max<std::size_t>(length, 1);
            for (const char c : text.substr(0, length)) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            if (first == '"' || first == '\\') out += '\\';
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
        ++characters;
    }
    return out + (text.empty() ? "\"" : "…\"");
}

}  // namespace hal0::slot
