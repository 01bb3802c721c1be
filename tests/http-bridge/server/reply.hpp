#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hal0::test {

/// An answer, taken apart. Names of headers in lower case.
struct Reply {
    int status = 0;
    std::string status_line;
    std::multimap<std::string, std::string> headers;
    std::string body;  // everything behind the head

    /// The one value of a header, "" if there is none.
    std::string header(const std::string& name) const {
        if (headers.count(name) > 1) throw std::runtime_error{"more than one " + name};
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

/// Throws std::runtime_error if `bytes` do not begin with a head as HTTP/1.1 has it.
inline Reply parsed_reply(std::string_view bytes) {
    const auto end = bytes.find("\r\n\r\n");
    if (!bytes.starts_with("HTTP/1.1 ") || end == bytes.npos) throw std::runtime_error{"no answer: " + std::string{bytes}};
    Reply reply;
    reply.body = bytes.substr(end + 4);
    auto lines = bytes.substr(0, end + 2);
    for (bool first = true; !lines.empty(); first = false) {
        const std::string line{lines.substr(0, lines.find("\r\n"))};
        lines.remove_prefix(line.size() + 2);
        if (first) {
            reply.status_line = line;
            reply.status = std::stoi(line.substr(9));
            continue;
        }
        const auto colon = line.find(": ");
        if (colon == line.npos || line.find_first_of("\r\n") != line.npos) throw std::runtime_error{"no header: " + line};
        auto name = line.substr(0, colon);
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        reply.headers.emplace(name, line.substr(colon + 2));
    }
    return reply;
}

/// What `bytes` begin with: a whole answer, by its Content-Length. Takes it off. Throws std::runtime_error if there is none.
inline Reply take_reply(std::string& bytes) {
    auto reply = parsed_reply(bytes);
    const auto length = static_cast<std::size_t>(std::stoul(reply.header("content-length")));
    if (reply.body.size() < length) throw std::runtime_error{"half an answer: " + bytes};
    bytes = reply.body.substr(length);
    reply.body.resize(length);
    return reply;
}

}  // namespace hal0::test
