#include "dbus-service/servers/get.hpp"

#include "dbus-service/servers/connection.hpp"

#include <httplib.h>

namespace hal0::service {
namespace {

// cpp-httplib's own limit for one header line. Servers of models send a few hundred bytes.
constexpr std::size_t most_head_bytes = 8192;

/// cpp-httplib's client, but for its sockets: process_request() has been its protected way to have HTTP spoken over any
/// stream since 0.7.
class Client final : httplib::ClientImpl {
public:
    explicit Client(std::uint16_t port) : ClientImpl("127.0.0.1", port) {
        set_decompress(false);  // nobody asked for a compressed body
    }

    Answer get(Connection& connection, const Question& question) {
        httplib::Request request;
        httplib::Response response;
        auto error = httplib::Error::Success;
        Answer answer;
        request.method = "GET";
        request.path = question.path;
        request.response_handler = [&](const httplib::Response& head) {
            answer.status = head.status;
            connection.allow(question.most_bytes);
            return question.most_bytes > 0;
        };
        request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
            answer.body.append(data, size);
            return true;
        };
        const bool whole = process_request(connection, request, response, true, error);
        return whole || question.most_bytes == 0 ? answer : Answer{};
    }
};

}  // namespace

Answer get(const Question& question, int stop_fd) {
    Connection connection{question.port, Connection::Clock::now() + question.patience, stop_fd, most_head_bytes};
    if (!connection.is_open()) return {};
    return Client{question.port}.get(connection, question);
}

}  // namespace hal0::service
