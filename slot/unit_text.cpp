#include "slot/unit_text.hpp"

#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace hal0::slot {
namespace {

/// Characters that mean nothing but themselves in any part of a unit file. A table, because the generator asks for
/// every character that it writes.
constexpr auto plain_characters = [] {
    std::array<bool, 256> plain{};
    for (const char c : std::string_view{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@*?[]"}) plain[static_cast<unsigned char>(c)] = true;
    return plain;
}();

bool is_plain(char c) { return plain_characters[static_cast<unsigned char>(c)]; }

std::string doubled(std::string_view text, std::string_view special) {
    std::string out;
    for (const char c : text) {
        out += c;
        if (special.find(c) != std::string_view::npos) out += c;
    }
    return out;
}

/// In double quotes with C escapes.
std::string c_quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (is_control(c))
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out + "\"";
}

bool is_plain_word(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_plain); }

/// Most words are plain, and what is plain has nothing special in it.
std::string word(std::string_view text, std::string_view special) { return is_plain_word(text) ? std::string{text} : c_quoted(doubled(text, special)); }

}  // namespace

std::string exec_word(std::string_view text) { return word(text, "%$"); }

std::string line_text(std::string_view text) {
    auto out = doubled(text, "%");
    std::replace_if(out.begin(), out.end(), is_control, ' ');
    // A backslash at the end of a line would continue it.
    if (out.ends_with('\\')) out += " .";
    return out;
}

std::string value_word(std::string_view text) { return word(text, "%"); }

std::string environment_line(std::string_view name, std::string_view value) {
    std::string assignment{name};
    assignment.append("=").append(value);
    return "Environment=" + value_word(assignment) + "\n";
}

std::string environment_file_line(std::string_view name, std::string_view value) {
    std::string out = fmt::format("{}=\"", name);
    for (const char c : value) {
        if (std::string_view{"\"\\$`"}.find(c) != std::string_view::npos) out += '\\';
        out += is_control(c) ? ' ' : c;
    }
    return out + "\"\n";
}

std::string words_for_variable(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) {
        if (!out.empty()) out += ' ';
        if (word.empty()) out += "\"\"";
        for (const char c : word) {
            const bool special = is_control(c) || std::string_view{" \"'\\"}.find(c) != std::string_view::npos;
            if (special) out += '\\';
            out += is_control(c) ? ' ' : c;
        }
    }
    return out;
}

}  // namespace hal0::slot
