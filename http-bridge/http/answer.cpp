#include "http-bridge/http/answer.hpp"

namespace hal0::http {

Answer json_answer(const nlohmann::json& body, int status) {
    return {status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

Answer Refused::answer() const {
    auto answer = json_answer({{"error", {{"code", code_}, {"message", what()}, {"details", details_}}}}, status_);
    // A slot that did not become healthy is not asked to try again by itself: that would be another load.
    if (status_ == 503 && code_ != "slot.health_failed") answer.headers.emplace_back("Retry-After", "1");
    if (status_ == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer");  // RFC 9110, 15.5.2
    return answer;
}

std::optional<std::string> Request::query_value(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace hal0::http
