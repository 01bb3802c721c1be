#include "http-bridge/server/guard.hpp"

#include <algorithm>

namespace hal0::http {
namespace {

bool is_safe_method(const std::string& method) { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }

/// "http://localhost:8080" → "localhost:8080"; empty for "null" and the like.
std::string_view authority_of(std::string_view origin) {
    const auto scheme = origin.find("://");
    return scheme == origin.npos ? std::string_view{} : origin.substr(scheme + 3);
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

bool is_other_site(const Exchange::Parsed& request) {
    const auto site = request.get_header_value("Sec-Fetch-Site");
    if (!site.empty() && site != "same-origin" && site != "none") return true;
    return request.has_header("Origin") && lower(authority_of(request.get_header_value("Origin"))) != lower(request.get_header_value("Host"));
}

}  // namespace

std::string host_name(std::string_view host) {
    const auto end = host.starts_with('[') ? host.find(']') : host.find(':');
    if (end == host.npos) return lower(host);
    return lower(host.substr(0, host.starts_with('[') ? end + 1 : end));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

void Guard::check(const Exchange::Parsed& request) const {
    const auto name = host_name(request.get_header_value("Host"));
    const bool one_host = request.get_header_value_count("Host") == 1;
    const bool known = name == "localhost" || name == "127.0.0.1" || name == "[::1]" || hosts.contains(name);
    if (!one_host || !known)
        throw Refused{421, "auth.bad_host", "this name of the host is not one that the bridge answers to; use localhost, or add it to HAL0_HTTP_HOSTS= with systemctl edit hal0-http"};
    if (!is_safe_method(request.method) && is_other_site(request)) throw Refused{403, "auth.forbidden", "a page of another site may not change anything here"};
    // The dashboard's own files tell nothing; without them nobody could be asked for the token.
    const bool tells_nothing = request.path == "/api/health" || request.path == "/" || request.path.starts_with("/dashboard/");
    if (token.empty() || tells_nothing) return;
    const auto given = request.get_header_value("Authorization");
    constexpr std::string_view scheme = "bearer ";
    const bool right = lower(given.substr(0, scheme.size())) == scheme && equal_in_constant_time(std::string_view{given}.substr(scheme.size()), token);
    if (!right) throw Refused{401, "auth.required", "this needs the token of /etc/hal0/http.token: send Authorization: Bearer TOKEN"};
}

}  // namespace hal0::http
