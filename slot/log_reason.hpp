#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// A line that a slot's unit has written to the journal.
struct LogLine {
    std::string program;  // the command name of the process it comes from (_COMM), be it in the container or not
    std::string text;
};

/// Why a model server ended, from its last lines, the oldest first: the last one that names a cause; if there is none, the
/// last that tells of a failure; else the last with anything in it, unless the server itself marks it as harmless (llama-server's
/// levels D, I and W). Lines of the unit's own helpers and of systemd are passed over, for what they say is known already, and so
/// is podman where it finds the container gone. One line of at most 300 bytes, without llama-server's time and level, controls
/// made visible; empty if there is nothing.
/// @param ended_by_itself whether it exited, and was not killed or stopped: then alone a last line that tells of no failure may say why
std::string log_reason(const std::vector<LogLine>& lines, bool ended_by_itself);

/// A sentence that says how it ended, with that line behind it, unless there is none or it says so already.
std::string with_log_reason(std::string sentence, std::string_view line);

}  // namespace hal0::slot
