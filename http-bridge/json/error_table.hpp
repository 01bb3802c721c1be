#pragma once

#include "http-bridge/http/answer.hpp"
#include "slot/operation_error.hpp"

#include <string_view>

namespace hal0::http {

/// How an error of hal0d is answered.
struct HttpError {
    int status;
    std::string_view code;
    bool operator==(const HttpError&) const = default;
};

/// The one table from what hal0d refuses to HTTP (http-api.md, 1).
HttpError http_error(slot::ErrorKind kind);

/// The answer to an operation that hal0d refused.
/// @param details what the request was about: slot, model_id, port, profile. What the sentence says beyond it is added: of a
/// configuration that is wrong `file`, `line` and `key` (null where it does not say); of a port `port` and `used_by`, a slot or "host"; of
/// a profile `profile` and `available`; of a slot that is busy `operation`, of a job that failed `result` (null where it does not say).
Refused refused(const slot::OperationError& error, const nlohmann::json& details = nlohmann::json::object());

}  // namespace hal0::http
