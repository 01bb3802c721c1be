#include "cli/api/sse_parser.hpp"

#include "cli/failure.hpp"
#include "slot/number.hpp"
#include "slot/text.hpp"

#include <algorithm>

namespace hal0::cli {

constexpr std::size_t longest_event = 1024 * 1024;

std::vector<Event> SseParser::feed(std::string_view bytes) {
    std::vector<Event> events;
    for (const char c : bytes) {
        const bool ends_crlf = after_cr_ && c == '\n';
        after_cr_ = c == '\r';
        if (ends_crlf) continue;
        if (c == '\r' || c == '\n') {
            take_line(line_, events);
            line_.clear();
        } else
            line_ += c;
        if (line_.size() + event_.data.size() > longest_event) throw Disconnected{"an event of the API is longer than 1 MiB"};
    }
    return events;
}

void SseParser::restart() {
    line_.clear();
    event_ = {};
    has_data_ = after_cr_ = false;
    at_begin_ = true;
    id_ = last_id_;
}

void SseParser::take_line(std::string_view line, std::vector<Event>& events) {
    if (at_begin_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    at_begin_ = false;
    if (line.empty()) return dispatch(events);
    const auto colon = std::min(line.find(':'), line.size());
    auto value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (colon > 0) take_field(line.substr(0, colon), value);  // else a comment
}

void SseParser::take_field(std::string_view name, std::string_view value) {
    if (name == "data") {
        if (has_data_) event_.data += '\n';
        has_data_ = true;
        event_.data += value;
    } else if (name == "event") {
        event_.type = value.empty() ? "message" : value;
    } else if (name == "id") {
        // It goes into a header again.
        if (std::none_of(value.begin(), value.end(), slot::is_control)) id_ = value;
    } else if (name == "retry") {
        if (const auto milliseconds = slot::parse_number<unsigned>(value)) retry_ = std::chrono::milliseconds{*milliseconds};
    }
}

void SseParser::dispatch(std::vector<Event>& events) {
    last_id_ = id_;
    if (has_data_) events.push_back(event_);
    event_ = {};
    has_data_ = false;
}

}  // namespace hal0::cli
