#pragma once

#include "http-bridge/server/exchange.hpp"

#include <set>
#include <string>
#include <string_view>

namespace hal0::http {

/// Who is let in (design.md, 9). The API trusts whoever reaches the loopback; what must not reach it is another web site, through a
/// browser: by a name of its own that points here (Host), or by a page of its own (Origin).
struct Guard {
    std::set<std::string> hosts;  // beside localhost, 127.0.0.1 and [::1]; lower case, without a port
    std::string token;            // empty: none is asked for

    /// Throws Refused: 421 for a wrong Host, 403 for another site's write, 401 without the right token.
    void check(const Exchange::Parsed& request) const;
};

/// "localhost:8080" → "localhost", "[::1]:8080" → "[::1]"; lower case.
std::string host_name(std::string_view host);

/// Takes the same time for all texts of one length, so that nobody can guess his way in, letter by letter.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace hal0::http
