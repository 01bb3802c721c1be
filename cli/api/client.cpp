#include "cli/api/client.hpp"

#include "cli/failure.hpp"

#include <fmt/format.h>

namespace hal0::cli {
namespace {

constexpr std::size_t longest_answer = 64 * 1024 * 1024;

/// 422 lists every bad field; the sentence alone would not say which.
std::string bad_fields(const nlohmann::json& details) {
    std::string text;
    if (!details.contains("fields") || !details["fields"].is_array()) return text;
    for (const auto& field : details["fields"]) {
        if (!field.is_object()) continue;
        std::string where;
        for (const auto& part : field.value("loc", nlohmann::json::array()))
            if (part != "body" && part != "query") where += (where.empty() ? "" : ".") + (part.is_string() ? part.get<std::string>() : part.dump());
        const auto what = field.value("msg", nlohmann::json{});
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", where, what.is_string() ? what.get<std::string>() : "not allowed");
    }
    return text;
}

std::string text_of(const nlohmann::json& object, const char* key) {
    return object.is_object() && object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

}  // namespace

std::string request_text(const Access& access, std::string_view method, std::string_view path, std::string_view headers, std::string_view body) {
    auto text = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}", method, access.address.prefix(), path, access.address.authority(), headers);
    if (!access.token.empty()) text += fmt::format("Authorization: Bearer {}\r\n", access.token);
    if (!body.empty()) text += "Content-Type: application/json\r\n";
    if (method != "GET") text += fmt::format("Content-Length: {}\r\n", body.size());
    return text.append("\r\n").append(body);
}

double seconds(std::chrono::milliseconds duration) { return std::chrono::duration<double>(duration).count(); }

void throw_hung(const Access& access) {
    throw Disconnected{fmt::format("the API at {} has not answered for {:g} s: it hangs (journalctl -u hal0-http)", access.address.url(), seconds(access.patience))};
}

void read_on(slot::HttpResponse& response, std::string_view bytes) {
    if (const auto problem = bytes.empty() ? response.end() : response.feed(bytes)) throw Disconnected{problem->message};
}

void check_answer(int status, const std::string& body, const Access& access) {
    if (status >= 200 && status < 300) return;
    const auto answer = nlohmann::json::parse(body, nullptr, false);
    const auto error = answer.is_object() ? answer.value("error", nlohmann::json{}) : nlohmann::json{};
    auto message = text_of(error, "message");
    if (message.empty()) throw Refused{fmt::format("{} answered with HTTP status {} and no reason: is that hal0's API?", access.address.url(), status), status, "", nlohmann::json::object()};
    auto details = error.value("details", nlohmann::json::object());
    if (!details.is_object()) details = nlohmann::json::object();
    if (const auto fields = bad_fields(details); !fields.empty()) message += ": " + fields;
    if (status == 401) message += access.token.empty() ? " (set HAL0_TOKEN)" : " (HAL0_TOKEN is not the right one)";
    throw Refused{message, status, text_of(error, "code"), details};
}

Json parsed(const std::string& body, const Access& access) {
    auto json = Json::parse(body, nullptr, false);
    if (json.is_discarded()) throw Failure{fmt::format("{} answered with something that is not JSON: is that hal0's API?", access.address.url())};
    return json;
}

std::string Client::request(const std::string& method, const std::string& path, std::string_view body) const {
    const auto deadline = Clock::now() + access_.patience;
    Connection connection{access_.address, deadline, access_.interrupt_fd};
    connection.write(request_text(access_, method, path, "Accept: application/json\r\n", body), deadline);
    slot::HttpResponse response;
    std::string answer;
    while (!response.is_complete()) {
        const auto bytes = connection.read(deadline);
        if (!bytes) throw_hung(access_);
        read_on(response, *bytes);
        answer += response.take_body();
        if (answer.size() > longest_answer) throw Failure{fmt::format("the answer of {} is longer than 64 MiB", access_.address.url())};
    }
    check_answer(response.status(), answer, access_);
    return answer;
}

Json Client::get(const std::string& path) const { return parsed(get_text(path), access_); }

std::string Client::get_text(const std::string& path) const { return request("GET", path, ""); }

Json Client::send(const std::string& method, const std::string& path, const Json& body) const {
    return parsed(request(method, path, body.is_null() ? "" : body.dump()), access_);
}

}  // namespace hal0::cli
