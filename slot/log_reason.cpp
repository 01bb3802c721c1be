#include "slot/log_reason.hpp"

#include "slot/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hal0::slot {
namespace {

enum class Weight { none, text, failure, cause };

// What servers and their libraries write when something goes wrong, in small letters.
constexpr std::array<std::string_view, 24> words_of_failure = {
    "error", "failed", "failure", "exception", "what():", "terminate called", "cannot", "can't", "could not", "couldn't", "unable to", "out of memory", "outofmemory",
    "ggml_assert", "assertion", "abort", "fatal", "panic", "segmentation fault", "illegal instruction", "no such file", "permission denied", "invalid", "unsupported"};

// Of these, what only tells that an earlier line was fatal, or that it was not.
constexpr std::array<std::string_view, 15> not_the_cause = {
    "exiting due to", "failed to load model", "unable to load model", "failed to create context", "terminate called", "aborted", "core dumped", "cleaning up",
    "traceback", "warning", "level=warn", "no error", " 0 error", " 0 failed", "send_error"};
constexpr std::array<std::string_view, 3> not_the_cause_at_the_end = {": cuda error", ": rocm error", ": hip error"};

// How `podman kill`, `stop` and `rm` end when the server has gone before: an error of theirs, and none of the server's.
constexpr std::array<std::string_view, 2> container_is_gone = {"no such container", "container state improper"};

constexpr std::array<std::string_view, 3> helpers = {"prepare", "ready", "systemd"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_letter(char c) { return is_letter_or_digit(c) && !is_digit(c); }

/// Whether a word begins in the text: "Error" and "ModuleNotFoundError" do, "mirror" holds none.
bool has_word(std::string_view text, std::string_view small, std::string_view word) {
    for (auto at = small.find(word); at != std::string_view::npos; at = small.find(word, at + 1))
        if (at == 0 || !is_letter(text[at - 1]) || text[at] != small[at]) return true;
    return false;
}

/// llama-server's own mark of a line, `0.00.053.588 E `: the minutes, seconds, milli- and microseconds since its start and
/// one of D, I, W and E. 0 without one; else it is taken off the text.
char take_level(std::string_view& text) {
    const auto end = text.find_first_not_of("0123456789.");
    if (end == std::string_view::npos || std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '.') != 3) return 0;
    const auto mark = text.substr(end);
    if (mark.size() < 3 || mark[0] != ' ' || mark[2] != ' ' || std::string_view{"DIWE"}.find(mark[1]) == std::string_view::npos) return 0;
    text = mark.substr(3);
    return mark[1];
}

Weight weight_of(std::string_view text, char level) {
    if (text.empty()) return Weight::none;
    if (level == 'D' || level == 'I') return Weight::none;  // the server itself says that nothing is wrong
    std::string small{text};
    std::transform(small.begin(), small.end(), small.begin(), lower);
    const auto is_failure = [&](std::string_view word) { return has_word(text, small, word); };
    const auto is_in = [&](std::string_view part) { return small.find(part) != std::string::npos; };
    const auto is_end = [&](std::string_view part) { return small.ends_with(part); };
    if (level != 'E' && std::none_of(words_of_failure.begin(), words_of_failure.end(), is_failure))
        return level == 'W' ? Weight::none : Weight::text;  // what a server warns of it has got over
    const bool is_consequence = level == 'W' || std::any_of(not_the_cause.begin(), not_the_cause.end(), is_in) ||
                                std::any_of(not_the_cause_at_the_end.begin(), not_the_cause_at_the_end.end(), is_end);
    return is_consequence ? Weight::failure : Weight::cause;
}

/// Takes colours out (ECMA-48, CSI … m and the like): they say nothing without a terminal.
std::string without_colours(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const auto escape = text.find("\x1b[");
        plain += text.substr(0, escape);
        if (escape == std::string_view::npos) break;
        text.remove_prefix(escape + 2);
        const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c >= '@' && c <= '~'; });
        text.remove_prefix(std::min(static_cast<std::size_t>(end - text.begin()) + 1, text.size()));
    }
    return plain;
}

/// What a terminal would show last of a line that was written over itself, without the space around it.
std::string_view shown_last(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const auto end = text.find_last_not_of(space);
    if (end == std::string_view::npos) return {};
    text = text.substr(0, end + 1);
    text.remove_prefix(text.rfind('\r') + 1);
    text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
    return text;
}

/// A container's id, or its name, which podman prints.
bool is_id(std::string_view text) {
    const auto is_hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
    return (text.size() == 64 && std::all_of(text.begin(), text.end(), is_hex)) || (text.starts_with("hal0-slot-") && text.find(' ') == std::string_view::npos);
}

/// What podman says besides, and what is no reason.
bool is_aside(std::string_view program, std::string_view text) {
    const auto ends_so = [&](std::string_view end) { return text.ends_with(end); };
    return is_id(text) || (program == "podman" && std::any_of(container_is_gone.begin(), container_is_gone.end(), ends_so));
}

}  // namespace

std::string log_reason(const std::vector<LogLine>& lines, bool ended_by_itself) {
    std::string chosen;
    auto best = ended_by_itself ? Weight::text : Weight::failure;
    for (const auto& line : lines) {
        if (std::find(helpers.begin(), helpers.end(), line.program) != helpers.end() || line.program.starts_with('(')) continue;
        const auto plain = without_colours(line.text);
        auto text = shown_last(plain);
        const auto level = take_level(text);
        const auto weight = is_aside(line.program, text) ? Weight::none : weight_of(text, level);
        if (weight == Weight::none || weight < best) continue;
        best = weight;
        chosen = text;
    }
    constexpr std::size_t most = 300;
    constexpr std::string_view ellipsis = "…";
    const auto shown = visible(chosen);
    return shown.size() <= most ? shown : shortened(shown, most - ellipsis.size()).append(ellipsis);
}

std::string with_log_reason(std::string sentence, std::string_view line) {
    if (!line.empty() && sentence.find(line) == std::string::npos) sentence.append(": ").append(line);
    return sentence;
}

}  // namespace hal0::slot
