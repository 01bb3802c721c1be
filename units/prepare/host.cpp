#include "units/prepare/host.hpp"

#include "slot/container.hpp"
#include "units/helper/report.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <glob.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <sstream>

namespace hal0::prepare {
namespace {

/// Whether a table of the kernel (proc(5), /proc/net/tcp) has a listening socket on this port: bind(2) fails for
/// connections of an earlier server in TIME_WAIT, too, if that one had set SO_REUSEPORT.
bool has_listener(const char* table, std::uint16_t port) {
    std::ifstream file{table};
    const auto wanted = fmt::format(":{:04X}", port);
    std::string number, local, remote, state;
    std::string line;
    std::getline(file, line);  // the headings
    while (std::getline(file, line)) {
        std::istringstream columns{line};
        constexpr auto listening = "0A";
        if (columns >> number >> local >> remote >> state && state == listening && local.ends_with(wanted)) return true;
    }
    return false;
}

}  // namespace

using helper::report_warning;

slot::Result<std::vector<std::string>> device_arguments(const std::vector<std::string>& globs) {
    std::vector<std::string> arguments;
    for (const auto& pattern : globs) {
        glob_t found{};
        const std::unique_ptr<glob_t, decltype(&globfree)> freed{&found, &globfree};
        if (glob(pattern.c_str(), 0, nullptr, &found) != 0 || found.gl_pathc == 0)
            return slot::Error{fmt::format("no device matches {}, which the slot's profile needs: is its driver loaded? Without such a "
                                           "device, set device = \"cpu\" in the slot's file",
                                           pattern)};
        for (std::size_t i = 0; i < found.gl_pathc; ++i) arguments.push_back(slot::device_option(found.gl_pathv[i]));
    }
    return arguments;
}

std::vector<std::string> group_arguments(const std::vector<std::string>& groups) {
    std::vector<std::string> arguments;
    for (const auto& name : groups) {
        if (const auto* group = getgrnam(name.c_str()))
            arguments.push_back(slot::group_option(std::to_string(group->gr_gid)));
        else
            report_warning(fmt::format("this machine has no group {}; the container is not put in it", name));
    }
    return arguments;
}

bool is_port_taken(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    // As servers do: connections of an earlier one that are still in TIME_WAIT are no obstacle.
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool taken = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 && errno == EADDRINUSE;
    close(fd);
    return taken && (has_listener("/proc/net/tcp", port) || has_listener("/proc/net/tcp6", port));
}

}  // namespace hal0::prepare
