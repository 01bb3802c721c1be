#pragma once

#include "slot/result.hpp"

#include <string>
#include <string_view>

namespace hal0::cli {

/// Where the API is: `http://HOST[:PORT][/PREFIX]`. Only parse() makes one.
class Address {
public:
    static slot::Result<Address> parse(std::string_view url);

    const std::string& host() const { return host_; }  // without the brackets of an IPv6 address
    const std::string& port() const { return port_; }
    const std::string& prefix() const { return prefix_; }  // of each path; without a slash at its end
    /// What the Host header says.
    std::string authority() const;
    /// The URL again, for messages.
    std::string url() const { return "http://" + authority() + prefix_; }

private:
    Address() = default;
    std::string host_, port_ = "80", prefix_;
};

/// One part of a path or one value of a query: everything but letters, digits and `-._~` as %XX (RFC 3986).
std::string percent_encoded(std::string_view text);

/// The path of a slot, `/api/slots/NAME`, and what follows it.
std::string slot_path(std::string_view name, std::string_view rest = "");

}  // namespace hal0::cli
