#pragma once

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace hal0::cli {

/// Something could not be done: one sentence for the person who typed the command. Exit status 1.
struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Nobody answers at the API's address.
struct Unreachable : Failure {
    using Failure::Failure;
};

/// A connection that broke, or on which nothing came for too long.
struct Disconnected : Failure {
    using Failure::Failure;
};

/// The API answered with an error (http-api.md, 1).
struct Refused : Failure {
    Refused(const std::string& message, int http_status, std::string error_code, nlohmann::json error_details)
        : Failure(message), status(http_status), code(std::move(error_code)), details(std::move(error_details)) {}

    int status;
    std::string code;        // `slot.not_found`; empty if the answer was not the API's
    nlohmann::json details;  // an object
};

/// A failure of which the person has been told already. Exit status 1.
struct Reported {};

/// Ctrl-C, where it means "stop watching".
struct Interrupted {};

}  // namespace hal0::cli
