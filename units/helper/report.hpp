#pragma once

#include <chrono>
#include <string>

namespace hal0::helper {

/// What happens now, or why not: the unit's StatusText (sd_notify(3)). One line; `systemctl status` shows it.
void report_status(const std::string& text);

/// The reason of a failure: the StatusText and, as an error, the journal (sd-daemon(3), stderr with a level).
/// Returns `status`, the exit status to end with.
int report_failure(const std::string& reason, int status);

/// A warning in the journal only.
void report_warning(const std::string& text);

/// Asks systemd for more time from now on (EXTEND_TIMEOUT_USEC=).
void extend_timeout(std::chrono::seconds time);

}  // namespace hal0::helper
