#include "cli/terminal/terminal.hpp"

#include "cli/failure.hpp"
#include "cli/terminal/text.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace hal0::cli {
namespace {

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value && *value;
}

bool is_dumb() {
    const char* term = std::getenv("TERM");
    return term && std::string_view{term} == "dumb";
}

winsize size_of_terminal() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) size = {};
    return size;
}

const char* colour_of(std::string_view state) {
    if (state == "ready" || state == "serving" || state == "ok") return "\x1b[32m";
    if (state == "error" || state == "degraded") return "\x1b[31m";
    if (state == "idle") return "\x1b[36m";
    if (state == "offline") return "\x1b[2m";
    return "\x1b[33m";
}

void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

Terminal::Terminal() : is_terminal_(isatty(STDOUT_FILENO) && !is_dumb()), has_colour_(is_terminal_ && !is_set("NO_COLOR")) {}

std::size_t Terminal::width() const {
    if (!is_terminal_) return 0;
    const std::size_t width = size_of_terminal().ws_col;
    return width ? width : 80;
}

std::size_t Terminal::height() const {
    const std::size_t height = size_of_terminal().ws_row;
    return height ? height : 24;
}

std::string Terminal::coloured(std::string_view state, std::string_view text) const {
    return has_colour_ ? fmt::format("{}{}\x1b[0m", colour_of(state), text) : std::string{text};
}

void Terminal::print(std::string_view line) const {
    write(line);
    write("\n");
    std::fflush(stdout);
}

void Terminal::progress(std::string_view line) {
    if (!is_terminal_) return;
    write("\r\x1b[K");
    write(fitted(line, width() - 1));  // a full line would wrap
    std::fflush(stdout);
    has_progress_ = true;
}

void Terminal::clear_progress() {
    if (has_progress_) write("\r\x1b[K");
    std::fflush(stdout);
    has_progress_ = false;
    drawn_ = 0;
}

void Terminal::redraw(const std::vector<std::string>& lines) {
    if (drawn_) write(fmt::format("\x1b[{}A\x1b[J", drawn_));
    const auto room = std::max<std::size_t>(height(), 3) - 2;
    drawn_ = std::min(lines.size(), room);
    for (std::size_t i = 0; i < drawn_; ++i) write(lines[i] + "\n");
    if (lines.size() > drawn_) {
        write(fmt::format("… and {} more\n", lines.size() - drawn_));
        ++drawn_;
    }
    std::fflush(stdout);
}

void Terminal::check_written() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) throw Failure{fmt::format("cannot write: {}", std::strerror(errno))};
}

bool can_ask() { return isatty(STDIN_FILENO) && isatty(STDERR_FILENO); }

bool ask(std::string_view question) {
    std::fprintf(stderr, "%.*s [y/N] ", static_cast<int>(question.size()), question.data());
    std::array<char, 16> answer{};
    if (!std::fgets(answer.data(), static_cast<int>(answer.size()), stdin)) return false;
    const std::string_view word{answer.data()};
    return word == "y\n" || word == "Y\n" || word == "yes\n";
}

void complain(std::string_view message) {
    std::fflush(stdout);
    const auto line = shown(message);
    std::fprintf(stderr, "hal0: %s\n", line.c_str());
}

}  // namespace hal0::cli
