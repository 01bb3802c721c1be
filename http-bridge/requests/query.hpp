#pragma once

#include "http-bridge/http/answer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace hal0::http {

/// Parameters of a request's query, checked. Each function throws Refused, 422 with the parameter, for a value that is wrong; of a
/// parameter given twice the first counts. Parameters that nobody asks for are ignored.

/// `lines`: 1 to 5000; 0 only where it is what stands for none given.
std::size_t lines_query(const Request& request, std::size_t otherwise);

/// `wait`: seconds, 0 to 600; 8 if not given.
std::chrono::milliseconds wait_query(const Request& request);

/// `limit`: 1 to 1000; 100 if not given.
std::size_t limit_query(const Request& request);
/// `since`: the `next_since` of an earlier answer.
std::optional<std::uint64_t> since_query(const Request& request);
/// `severity`: debug, info, warning or error; empty if not given.
std::string severity_query(const Request& request);

/// The three above at once: every one that is wrong is named.
struct PageQuery {
    std::optional<std::uint64_t> since;
    std::string severity;
    std::size_t limit = 100;
    bool operator==(const PageQuery&) const = default;
};
PageQuery page_query(const Request& request);

/// `format`: how a configuration is shown and given.
enum class ConfigFormat { json, toml };
ConfigFormat format_query(const Request& request);

}  // namespace hal0::http
