#include "units/ready/bundle.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace hal0::ready {

std::string bundle(std::string_view command_line) {
    bool is_next = false;
    while (!command_line.empty()) {
        const auto end = command_line.find('\0');
        const auto word = command_line.substr(0, end);
        if (is_next) return std::string{word};
        is_next = word == "-b" || word == "--bundle";
        command_line.remove_prefix(end == std::string_view::npos ? command_line.size() : end + 1);
    }
    return {};
}

std::optional<slot::Error> link_bundle(const std::string& folder, pid_t conmon) {
    std::ifstream file{fmt::format("/proc/{}/cmdline", conmon), std::ios::binary};
    const std::string command_line{std::istreambuf_iterator<char>{file}, {}};
    const auto where = bundle(command_line);
    if (where.empty()) return std::nullopt;
    const auto link = folder + "/bundle";
    if (symlink(where.c_str(), link.c_str()) == 0) return std::nullopt;
    return slot::Error{fmt::format("{} cannot be made: {}", link, std::strerror(errno))};
}

}  // namespace hal0::ready
