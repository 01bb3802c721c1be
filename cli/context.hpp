#pragma once

#include "cli/api/client.hpp"
#include "cli/terminal/terminal.hpp"

#include <optional>
#include <string>

namespace hal0::cli {

/// What every command needs: where the API is, and where to write.
class Context {
public:
    std::string url;  // --api-url; empty: HAL0_API_URL, or the default
    Terminal terminal;

    /// Throws Failure if the address or an environment variable makes no sense.
    const Access& access();
    Client client() { return Client{access()}; }

    /// An answer of the API: as it is in a pipe, indented and in ASCII on a terminal, where nothing in it can do harm.
    void print_json(const std::string& body);

private:
    std::optional<Access> access_;
};

}  // namespace hal0::cli
