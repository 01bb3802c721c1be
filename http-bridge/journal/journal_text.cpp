#include "http-bridge/journal/journal_text.hpp"

#include "http-bridge/http/event_sink.hpp"
#include "slot/number.hpp"
#include "slot/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <time.h>

#include <cstdint>

namespace hal0::http {
namespace {

/// What systemd writes to a terminal (utf8_is_printable()): characters and line breaks, no other control.
bool is_printable(std::string_view text, bool line_breaks = true) {
    while (!text.empty()) {
        const auto length = slot::character_length(text);
        const char first = text.front();
        const bool c1_control = length == 2 && first == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
        const bool control = slot::is_control(first) && first != '\t' && !(line_breaks && first == '\n');
        if (length == 0 || c1_control || control) return false;
        text.remove_prefix(length);
    }
    return true;
}

/// Names are shown only if they are short and of one line.
bool is_shown(const std::string& name) {
    constexpr std::size_t too_long = 300;
    return !name.empty() && name.size() < too_long && is_printable(name, false);
}

/// The length of a colour (CSI ... m) or a link or title (OSC ... BEL) at the front of the text; 0 if there is none.
std::size_t escape_length(std::string_view text) {
    if (text.starts_with("\x1b[")) {
        const auto end = text.find_first_not_of("0123456789;", 2);
        return end != text.npos && text[end] == 'm' ? end + 1 : 0;
    }
    if (!text.starts_with("\x1b]")) return 0;
    for (std::size_t at = 2; at < text.size(); ++at) {
        if (text[at] == '\a') return at + 1;
        if (text[at] < ' ' || text[at] > '~') return 0;
    }
    return 0;
}

/// As journalctl does: no colours, eight spaces for a tab, and a line ends in a line feed alone.
std::string plain(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto carriage_returns = std::min(text.find_first_not_of('\r'), text.size());
        if (carriage_returns > 0 && (carriage_returns == text.size() || text[carriage_returns] == '\n')) {
            text.remove_prefix(carriage_returns);
            continue;
        }
        if (const auto length = escape_length(text)) {
            text.remove_prefix(length);
            continue;
        }
        if (text.front() == '\t')
            out.append(8, ' ');
        else
            out += text.front();
        text.remove_prefix(1);
    }
    return out;
}

/// "5B", "1.2K": systemd's FORMAT_BYTES() of what is at most longest_message.
std::string bytes_text(std::size_t bytes) {
    return bytes < 1024 ? fmt::format("{}B", bytes) : fmt::format("{}.{}K", bytes / 1024, bytes * 10 / 1024 % 10);
}

std::uint64_t shown_time(const JournalEntry& entry) {
    const auto sent = slot::parse_number<std::uint64_t>(entry.source_realtime).value_or(0);
    return sent > 0 ? sent : entry.realtime;
}

std::string time_text(std::uint64_t usec) {
    const auto seconds = static_cast<time_t>(usec / 1'000'000);
    tm local{};
    char text[64];
    if (!localtime_r(&seconds, &local) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S%z", &local) == 0) return "-";
    return text;
}

std::string prefix_of(const JournalEntry& entry) {
    auto prefix = time_text(shown_time(entry));
    if (is_shown(entry.hostname)) prefix += " " + entry.hostname;
    prefix += " " + (is_shown(entry.identifier) ? entry.identifier : is_shown(entry.comm) ? entry.comm : std::string{"unknown"});
    if (is_shown(entry.pid))
        prefix += "[" + entry.pid + "]";
    else if (is_shown(entry.syslog_pid))
        prefix += "[" + entry.syslog_pid + "]";
    return prefix + ": ";
}

}  // namespace

std::string message_text(const JournalEntry& entry) {
    if (!entry.message) return "";
    const bool cut = entry.message->size() > longest_message;
    const auto text = plain(slot::shortened(*entry.message, longest_message));
    if (!is_printable(text)) return fmt::format("[{} blob data]", bytes_text(text.size()));
    return cut ? text + "…" : text;
}

std::string short_iso(const JournalEntry& entry) {
    if (!entry.message) return "";
    const auto prefix = prefix_of(entry);
    const auto message = message_text(entry);
    std::string_view rest = message;
    // A line break at the end begins no further line.
    if (rest.ends_with('\n')) rest.remove_suffix(1);
    std::string lines = prefix;
    for (;;) {
        const auto end = rest.find('\n');
        lines += rest.substr(0, end);
        if (end == rest.npos) return lines;
        lines.append("\n").append(prefix.size(), ' ');
        rest.remove_prefix(end + 1);
    }
}

std::string log_frame(const JournalEntry& entry) {
    if (!entry.message) return "";
    return event_frame(entry.cursor, "", nlohmann::json(short_iso(entry)).dump());
}

}  // namespace hal0::http
