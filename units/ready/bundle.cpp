#include "units/ready/bundle.hpp"

#include "units/helper/runtime_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace hal0::ready {
namespace {

/// Takes it off `words`.
std::string_view next_word(std::string_view& words) {
    const auto word = words.substr(0, words.find('\0'));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    return word;
}

}  // namespace

std::string bundle(std::string_view command_line) {
    const auto program = next_word(command_line);
    if (program.substr(program.rfind('/') + 1) != "conmon") return {};
    while (!command_line.empty()) {
        const auto word = next_word(command_line);
        if (word == "-b" || word == "--bundle") return std::string{next_word(command_line)};
    }
    return {};
}

std::optional<slot::Error> link_bundle(const std::string& folder, pid_t conmon) {
    std::ifstream file{fmt::format("/proc/{}/cmdline", conmon), std::ios::binary};
    const std::string command_line{std::istreambuf_iterator<char>{file}, {}};
    const auto where = bundle(command_line);
    if (where.empty()) return std::nullopt;
    const auto link = fmt::format("{}/{}", folder, helper::bundle_link);
    if (symlink(where.c_str(), link.c_str()) == 0) return std::nullopt;
    return slot::Error{fmt::format("{} cannot be made: {}", link, std::strerror(errno))};
}

}  // namespace hal0::ready
