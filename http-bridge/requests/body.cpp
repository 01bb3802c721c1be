#include "http-bridge/requests/body.hpp"

#include "http-bridge/http/answer.hpp"
#include "slot/client_config.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

namespace hal0::http {
namespace {

using Json = nlohmann::json;

[[noreturn]] void invalid(const std::string& why) { throw Refused{400, "request.invalid_json", "the body of the request is not acceptable JSON: " + why}; }

/// Looks at what the parser finds, while it finds it. The parser itself does not recurse.
class Watch {
public:
    bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
        switch (event) {
            case Json::parse_event_t::object_start:
            case Json::parse_event_t::array_start:
                if (depth >= deepest_body) invalid(fmt::format("it is nested more than {} levels deep", deepest_body));
                keys_.emplace_back();
                break;
            case Json::parse_event_t::object_end:
            case Json::parse_event_t::array_end: keys_.pop_back(); break;
            case Json::parse_event_t::key:
                if (!keys_.back().insert(parsed.get<std::string>()).second) invalid("a key is given twice");
                break;
            case Json::parse_event_t::value: break;
        }
        return true;
    }

private:
    std::vector<std::set<std::string>> keys_;
};

}  // namespace

Json parse_body(std::string_view text) {
    // The parser takes it for the end of the text, whatever stands behind it.
    if (text.find('\0') != text.npos) invalid("it has a NUL in it");
    Watch watch;
    const Json::parser_callback_t callback = [&](int depth, Json::parse_event_t event, Json& parsed) { return watch(depth, event, parsed); };
    auto body = Json::parse(text, callback, /*allow_exceptions=*/false);
    if (body.is_discarded()) invalid(text.empty() ? "it is empty" : "it cannot be read as JSON in UTF-8");
    if (!body.is_object()) throw Refused{400, "request.not_an_object", "the body of the request is not a JSON object: write {\"key\": value}"};
    return body;
}

bool is_missing(const Json& body, std::string_view key) {
    const auto* value = slot::find(body, key);
    return !value || value->is_null() || *value == "";
}

}  // namespace hal0::http
