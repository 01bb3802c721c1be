#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::cli {

/// Standard output: a terminal, or a pipe.
class Terminal {
public:
    Terminal();

    bool is_terminal() const { return is_terminal_; }
    /// Columns and lines, as they are now; 0 columns: no limit.
    std::size_t width() const;
    std::size_t height() const;

    /// A slot's state in its colour, if this is a terminal and NO_COLOR is not set (https://no-color.org).
    std::string coloured(std::string_view state, std::string_view text) const;

    /// Writes a line.
    void print(std::string_view line) const;

    /// A line that the next one replaces; on a terminal only.
    void progress(std::string_view line);
    /// Takes the last progress line away, and what redraw() has drawn is left alone from here on.
    void clear_progress();
    /// Draws lines over those that the last call drew; as many of them as the terminal has room for.
    void redraw(const std::vector<std::string>& lines);

    /// Throws Failure if not everything could be written (a full disk).
    static void check_written();

private:
    bool is_terminal_, has_colour_;
    bool has_progress_ = false;
    std::size_t drawn_ = 0;
};

/// Whether a question can be asked.
bool can_ask();
/// Asks, and returns whether the answer was yes; anything else is a no.
bool ask(std::string_view question);

/// A line on standard error: `hal0: …`
void complain(std::string_view message);

}  // namespace hal0::cli
