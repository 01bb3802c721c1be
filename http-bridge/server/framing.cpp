#include "http-bridge/server/framing.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace hal0::http {
namespace {

constexpr std::string_view breaks{"\r\n\0", 3};

bool equals(std::string_view text, std::string_view lower_case) {
    return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

Framing refused(int status) {
    Framing framing;
    framing.kind = Framing::Kind::refused;
    framing.status = status;
    return framing;
}

/// What the head says of the body, or why it is refused.
struct Head {
    int refused = 0;
    std::optional<std::size_t> length;
    bool expects = false;

    void read(std::string_view line) {
        const auto colon = line.find(':');
        // A continued line, or a name with blanks, is read differently by different programs (RFC 9112, 5.1 and 5.2).
        if (colon == line.npos || colon == 0 || line.substr(0, colon).find_first_of(" \t") != line.npos) return refuse(400);
        const auto name = line.substr(0, colon);
        const auto value = trimmed(line.substr(colon + 1));
        if (equals(name, "transfer-encoding")) return refuse(411);
        if (equals(name, "expect")) expects = equals(value, "100-continue");
        if (equals(name, "content-length")) read_length(value);
    }

    void refuse(int status) {
        if (refused == 0) refused = status;
    }

private:
    void read_length(std::string_view digits) {
        std::size_t number = 0;
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (problem == std::errc::result_out_of_range) return refuse(413);
        if (problem != std::errc{} || end != digits.data() + digits.size() || length) return refuse(400);
        length = number;
    }
};

Head read_head(std::string_view lines, std::size_t most) {
    Head head;
    for (std::size_t count = 0; !lines.empty(); ++count) {
        const auto end = lines.find("\r\n");
        const auto line = lines.substr(0, end);
        if (count == most) head.refuse(431);
        // Some programs end a line there (RFC 9112, 2.2), and cpp-httplib is one of them.
        if (line.find_first_of(breaks) != line.npos) head.refuse(400);
        if (count > 0) head.read(line);  // the first is the request line
        if (head.refused != 0 || end == lines.npos) return head;
        lines.remove_prefix(end + 2);
    }
    return head;
}

}  // namespace

Framing frame_request(std::string_view bytes, const RequestLimits& limits) {
    const auto end = bytes.substr(0, limits.head_bytes).find("\r\n\r\n");
    if (end == bytes.npos) return bytes.size() >= limits.head_bytes ? refused(431) : Framing{};
    const auto head = read_head(bytes.substr(0, end), limits.header_lines + 1);
    if (head.refused != 0) return refused(head.refused);
    const auto length = head.length.value_or(0);
    if (length > limits.body_bytes) return refused(413);
    Framing framing;
    framing.head_size = end + 4;
    framing.size = framing.head_size + length;
    if (bytes.size() >= framing.size) framing.kind = Framing::Kind::complete;
    framing.wants_continue = head.expects && framing.kind == Framing::Kind::incomplete;
    return framing;
}

}  // namespace hal0::http
