#include "dbus-service/port_probe.hpp"

#include "slot/number.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>

namespace hal0::service {
namespace {

/// Addresses as the tables have them: words of the machine's byte order, here a little-endian one's and a big-endian one's.
constexpr std::array<std::string_view, 8> in_the_way = {
    "00000000",                          // 0.0.0.0
    "0100007F",                          // 127.0.0.1
    "7F000001",
    "00000000000000000000000000000000",  // ::, which takes IPv4 as well
    "0000000000000000FFFF000000000000",  // ::ffff:0.0.0.0
    "00000000000000000000FFFF00000000",
    "0000000000000000FFFF00000100007F",  // ::ffff:127.0.0.1
    "00000000000000000000FFFF7F000001",
};

/// The next word of a line.
std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

/// The port of a line that tells of a listening socket in the way.
std::optional<std::uint16_t> port_of(std::string_view line) {
    constexpr std::string_view listening = "0A";
    take_word(line);  // the number of the line
    const auto local = take_word(line);
    take_word(line);  // the other end
    if (take_word(line) != listening) return std::nullopt;
    const auto colon = local.find(':');
    if (colon == std::string_view::npos || std::find(in_the_way.begin(), in_the_way.end(), local.substr(0, colon)) == in_the_way.end()) return std::nullopt;
    return slot::parse_number<std::uint16_t>(local.substr(colon + 1), 16);
}

}  // namespace

std::set<std::uint16_t> listening_ports(std::string_view table) {
    std::set<std::uint16_t> ports;
    while (!table.empty()) {
        const auto line = table.substr(0, table.find('\n'));
        if (const auto port = port_of(line)) ports.insert(*port);
        table.remove_prefix(std::min(line.size() + 1, table.size()));
    }
    return ports;
}

std::set<std::uint16_t> taken_ports(const std::string& root) {
    std::set<std::uint16_t> ports;
    for (const auto* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream file{root + table, std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        ports.merge(listening_ports(text));
    }
    return ports;
}

}  // namespace hal0::service
