#include "slot/loopback/get.hpp"

#include "slot/http_response.hpp"
#include "slot/loopback/connection.hpp"

#include <fmt/format.h>

#include <optional>

namespace hal0::loopback {
namespace {

// For an answer's head and the framing of its chunks. Servers of models send a few hundred bytes.
constexpr std::size_t most_head_bytes = 64 * 1024;

std::string request_text(const Question& question) {
    return fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUser-Agent: hal0\r\nAccept: */*\r\nConnection: close\r\n\r\n", question.path, question.port);
}

/// Nothing if the answer does not come as it should.
std::optional<Answer> receive(Connection& connection, std::size_t most_bytes) {
    slot::HttpResponse response;
    Answer answer{.connected = true};
    while (!response.is_complete()) {
        const auto bytes = connection.read();
        if (!bytes || (bytes->empty() ? response.end() : response.feed(*bytes))) return std::nullopt;
        answer.status = response.has_head() ? response.status() : 0;
        if (response.has_head() && most_bytes == 0) return answer;
        answer.body += response.take_body();
        if (answer.body.size() > most_bytes) return std::nullopt;
    }
    return answer;
}

}  // namespace

Answer get(const Question& question, int stop_fd) {
    Connection connection{question.port, Connection::Clock::now() + question.patience, stop_fd, most_head_bytes + question.most_bytes};
    if (!connection.is_open()) return {};
    const auto answer = connection.write(request_text(question)) ? receive(connection, question.most_bytes) : std::nullopt;
    return answer.value_or(Answer{.connected = true});
}

}  // namespace hal0::loopback
