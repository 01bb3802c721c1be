#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace hal0::service {

/// The TCP ports that a server cannot have on 127.0.0.1 now: somebody listens there, or on all addresses. Read from the
/// kernel's tables, because nothing is to be bound for a question: that would be in the way of a server that starts at the
/// same time. Tables that cannot be read name no port.
std::set<std::uint16_t> taken_ports(const std::string& root = "");

/// The same from the text of one table, /proc/net/tcp or /proc/net/tcp6 (proc(5)).
std::set<std::uint16_t> listening_ports(std::string_view table);

}  // namespace hal0::service
