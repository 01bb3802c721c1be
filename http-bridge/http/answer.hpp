#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace hal0::http {

/// A whole answer to a request; what every answer carries (x-request-id and so on) is added where it is written.
struct Answer {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers = {};
    bool operator==(const Answer&) const = default;
};

/// JSON, compact, UTF-8 (http-api.md, 1). Text that is not UTF-8 is shown with U+FFFD in the place of what is wrong.
Answer json_answer(const nlohmann::json& body, int status = 200);

/// Why a request is refused or failed: an error answer on its way to the one place that writes it.
class Refused : public std::runtime_error {
public:
    Refused(int status, std::string code, const std::string& message, nlohmann::json details = nlohmann::json::object())
        : std::runtime_error(message), status_(status), code_(std::move(code)), details_(std::move(details)) {}

    int status() const { return status_; }
    const std::string& code() const { return code_; }
    const nlohmann::json& details() const { return details_; }
    /// `{"error":{"code","message","details"}}`; 503 carries Retry-After, and 401 what it asks for.
    Answer answer() const;

private:
    int status_;
    std::string code_;
    nlohmann::json details_;
};

/// A request as the routes see it: its path is matched, its body read.
struct Request {
    std::string method;                               // GET also for HEAD
    std::vector<std::string> parameters = {};         // what stands in the path's {places}, decoded
    std::multimap<std::string, std::string> query = {};
    std::string body = {};
    std::string last_event_id = {};                   // of a stream that is resumed; validated by whoever reads it
    std::string client = {};                          // its address
    std::stop_token given_up = {};                    // nobody waits for the answer any more: the client has gone, or the bridge ends

    /// The first value of a query parameter, or nothing.
    std::optional<std::string> query_value(const std::string& name) const;
};

}  // namespace hal0::http
