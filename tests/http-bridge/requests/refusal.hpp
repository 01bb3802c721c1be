#pragma once

#include "http-bridge/http/answer.hpp"

#include <functional>
#include <string>

namespace hal0::http {

/// How a request is refused: `status code` and, of a 422, each field as `type loc`; "accepted" if it is not.
inline std::string refusal(const std::function<void()>& request) {
    try {
        request();
    } catch (const Refused& refused) {
        auto text = std::to_string(refused.status()) + " " + refused.code();
        for (const auto& field : refused.details().value("fields", nlohmann::json::array()))
            text += " | " + field["type"].get<std::string>() + " " + field["loc"].dump(-1, ' ', false, nlohmann::json::error_handler_t::strict);
        return text;
    }
    return "accepted";
}

/// The whole of the answer that refuses a request; empty if none does.
inline std::string refusing_body(const std::function<void()>& request) {
    try {
        request();
    } catch (const Refused& refused) {
        return refused.answer().body;
    }
    return "";
}

}  // namespace hal0::http
