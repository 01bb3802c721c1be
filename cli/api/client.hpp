#pragma once

#include "cli/api/address.hpp"
#include "cli/api/connection.hpp"
#include "slot/http_response.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace hal0::cli {

/// JSON whose keys stay in the order in which the API gives them.
using Json = nlohmann::ordered_json;

/// How requests are made.
struct Access {
    Address address;
    std::string token;  // bearer; empty: none
    /// How long an answer may take, and how long a stream may be silent. The bridge sends something every 15 s.
    std::chrono::milliseconds patience;
    int interrupt_fd = -1;
};

/// The HTTP calls. Each has a connection of its own and throws Failure: Unreachable, Disconnected, or Refused with the
/// API's own sentence.
class Client {
public:
    explicit Client(const Access& access) : access_(access) {}

    Json get(const std::string& path) const;
    /// The answer as it is. Throws if it is an error.
    std::string get_text(const std::string& path) const;
    /// @param method POST, PUT, DELETE
    Json send(const std::string& method, const std::string& path, const Json& body = nullptr) const;

private:
    std::string request(const std::string& method, const std::string& path, std::string_view body) const;
    const Access& access_;
};

/// The bytes of a request. @param headers more of them, each with its line end
std::string request_text(const Access& access, std::string_view method, std::string_view path, std::string_view headers, std::string_view body = "");

double seconds(std::chrono::milliseconds duration);

/// Throws Disconnected: nothing has come for as long as there is patience.
[[noreturn]] void throw_hung(const Access& access);

/// Reads on: what has come, or nothing when the connection has ended. Throws Disconnected if that is no answer, or not all of it.
void read_on(slot::HttpResponse& response, std::string_view bytes);

/// Throws Refused if the status is not 2xx.
void check_answer(int status, const std::string& body, const Access& access);

/// What an answer of the API says. Throws Failure if it is no JSON.
Json parsed(const std::string& body, const Access& access);

}  // namespace hal0::cli
