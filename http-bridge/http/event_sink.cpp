#include "http-bridge/http/event_sink.hpp"

namespace hal0::http {

std::string event_frame(std::string_view id, std::string_view event, std::string_view data) {
    std::string frame;
    if (!id.empty()) frame.append("id: ").append(id).append("\n");
    if (!event.empty()) frame.append("event: ").append(event).append("\n");
    for (;;) {
        const auto end = data.find_first_of("\r\n");
        frame.append("data: ").append(data.substr(0, end)).append("\n");
        if (end == data.npos) break;
        data.remove_prefix(end + (data.substr(end, 2) == "\r\n" ? 2 : 1));
    }
    return frame.append("\n");
}

}  // namespace hal0::http
