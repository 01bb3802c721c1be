#include "http-bridge/journal/journal_access.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

namespace hal0::http {
namespace {

namespace fs = std::filesystem;

/// Whether something below may not be read by this process's user.
bool is_refused(const fs::path& folder) {
    std::error_code problem;
    for (auto found = fs::recursive_directory_iterator{folder, problem}; !problem && found != fs::recursive_directory_iterator{}; found.increment(problem))
        if (faccessat(AT_FDCWD, found->path().c_str(), R_OK, AT_EACCESS) < 0 && errno == EACCES) return true;
    return problem == std::errc::permission_denied;
}

}  // namespace

std::string why_unreadable(const std::string& directory, int error) {
    // machine-id(5) and systemd-journald.service(8) name the two.
    const auto folders = directory.empty() ? std::vector<fs::path>{"/var/log/journal", "/run/log/journal"} : std::vector<fs::path>{directory};
    bool refused = error == EACCES;
    for (const auto& folder : folders) refused = refused || is_refused(folder);
    if (refused)
        return fmt::format("the journal cannot be read: user {} may not; add the user that hal0-http.service runs as to the group systemd-journal and restart the service", geteuid());
    if (error != 0 && error != ENOENT) return fmt::format("the journal cannot be opened: {}; see journalctl", std::strerror(error));
    return "there is no journal on this machine: systemd-journald.service does not run, or Storage= in journald.conf(5) is none; set it to persistent or auto";
}

}  // namespace hal0::http
