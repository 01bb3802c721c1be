// Sends the bridge what no honest client would, while another client asks on: prints one line,
// "MICROSECONDS REQUESTS ANSWERED CLOSED WRONG": the longest that one of the other client's requests took, how many those were, and of the
// bad ones: how many were answered with 4xx, had their connection closed, and were answered in any other way (or not at all).
//
//   http_bad_input KIND     nothing malformed announced sent headers slow names utf8 deep numbers nul
#include "http_connection.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace hal0::bench;
using namespace std::string_literals;

namespace {

constexpr std::size_t large_body = 100'000'000;
constexpr int many_headers = 10'000, many_brackets = 100'000, many_connections = 1'000;
constexpr std::uint64_t at_least = 2'000'000;  // so long each kind goes on, in microseconds

/// How the bridge took it.
struct Seen {
    int answered = 0, closed = 0, wrong = 0;

    void note(std::string_view what, const Answer& answer) {
        const bool refused = answer.status >= 400 && answer.status < 500;
        if (refused) ++answered;
        else if (!answer.has_begun()) ++closed;
        else if (++wrong == 1) std::fprintf(stderr, "%.100s\n  -> %s%s\n", std::string{what}.c_str(), answer.head.c_str(), answer.body.substr(0, 300).c_str());
    }
};

/// The other client: a kept connection and a new one, by turns, as long as it exists.
class Other {
public:
    Other() : thread_([this] { ask(); }) {}
    ~Other() { stop(); }
    void stop() {
        stopped_ = true;
        if (thread_.joinable()) thread_.join();
    }
    std::uint64_t worst() const { return worst_; }
    int requests() const { return requests_; }

private:
    void ask() {
        Connection kept;
        while (!stopped_) {
            const auto begin = now();
            // Under attack, too, it gets what it asks for.
            const auto answer = requests_ % 2 == 0 ? kept.get("/api/slots") : Connection{}.get("/api/slots");
            if (answer.status != 200) fail("the other client is not answered: " + answer.head + answer.body);
            worst_ = std::max(worst_, now() - begin);
            ++requests_;
            usleep(1000);
        }
    }

    std::atomic<bool> stopped_ = false;
    std::uint64_t worst_ = 0;
    int requests_ = 0;
    std::thread thread_;
};

// --- single requests ----------------------------------------------------------------------------------------

std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

std::string with_body(const std::string& method, const std::string& target, const std::string& body) {
    return method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string create(const std::string& body) { return with_body("POST", "/api/slots", body); }
std::string configure(const std::string& body) { return with_body("PUT", "/api/slots/bench-0/config", body); }

std::string repeated(int count, std::string_view text) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
}

std::vector<std::string> malformed() {
    const auto slots = [](const std::string& lines) { return "GET /api/slots HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n"; };
    return {"nonsense\r\n\r\n", "\r\n\r\n\r\n\r\nnonsense\r\n\r\n", "GET\r\n\r\n", "GET /api/slots\r\n\r\n", "GET /api/slots HTTP/9.9\r\nHost: localhost\r\n\r\n",
            "GET /api/slots HTTP/1.1 more\r\nHost: localhost\r\n\r\n",
            "GET /api/slots HTTP/1.1\nHost: localhost\n\n", "GET /api/slots HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s,
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET http://example.org/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
            slots("no colon\r\n"), slots(": no name\r\n"), slots("Space : before\r\n"), slots("A: b\r\n folded\r\n"), slots("Host: example.org\r\n"),
            slots("Content-Length: -1\r\n"), slots("Content-Length: one\r\n"), slots("Content-Length: 1\r\nContent-Length: 2\r\n"),
            slots("Transfer-Encoding: chunked\r\n") + "zz\r\n", slots("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n") + "0\r\n\r\n",
            "GET /" + repeated(100'000, "a") + " HTTP/1.1\r\nHost: localhost\r\n\r\n", repeated(100'000, "A"), repeated(100'000, "\r\n")};
}

std::vector<std::string> headers() {
    auto head = "GET /api/slots HTTP/1.1\r\nHost: localhost\r\n"s;
    for (int i = 0; i < many_headers; ++i) head += "X-" + std::to_string(i) + ": v\r\n";
    return {head + "\r\n"};
}

std::vector<std::string> names() {
    return {get("/api/slots/..%2f..%2fetc%2fpasswd"), get("/api/slots/..%2fbench-0"), get("/api/slots/%2e%2e%2f/config"), get("/api/slots/%2e%2e/config"),
            get("/api/slots/..%252fbench-0"), get("/api/slots/..%5cbench-0"), get("/dashboard/..%2f..%2f..%2fetc%2fpasswd"), get("/dashboard/../../../etc/passwd"),
            get("/api/models/..%2f..%2fetc%2fpasswd"), get("/%2e%2e%2f%2e%2e%2fetc/passwd"), with_body("DELETE", "/api/slots/..%2fbench-0", ""),
            with_body("PUT", "/api/slots/..%2f..%2fbench/config", "{}"), with_body("POST", "/api/slots/..%2fbench-0/load", "{}"),
            create(R"({"name":"../bench"})"), create(R"({"name":"a/b"})"), create(R"({"name":".."})")};
}

std::vector<std::string> utf8() {
    return {get("/api/slots/%ff%fe"), get("/api/slots/\xff\xfe"), get("/api/slots/%c0%ae%c0%ae"), get("/api/slots/%ed%a0%80"), get("/api/slots/bench-0/config?format=%ff"),
            create("{\"name\":\"\xff\"}"), create("{\"\xc3\x28\":1}"), create("\xff\xfe{\0}\0"s), configure("{\"model\":{\"default\":\"\xc0\xaf\"}}"),
            configure("{\"model\":{\"default\":\"\xed\xa0\x80\"}}"), configure(R"({"model":{"default":"\ud800"}})"), with_body("PUT", "/api/slots/bench-0/config?format=toml", "port = \"\xff\"\n")};
}

std::vector<std::string> deep() {
    std::vector<std::string> all;
    for (const auto& body : {repeated(many_brackets, "["), repeated(many_brackets, "[") + repeated(many_brackets, "]"), repeated(many_brackets, "{\"a\":"),
                             "{\"a\":" + repeated(many_brackets, "[") + repeated(many_brackets, "]") + "}"}) {
        all.push_back(create(body));
        all.push_back(configure(body));
    }
    all.push_back(with_body("PUT", "/api/slots/bench-0/config?format=toml", "a = " + repeated(many_brackets, "[") + repeated(many_brackets, "]")));
    return all;
}

std::vector<std::string> numbers() {
    std::vector<std::string> all;
    for (const auto* value : {"0", "-1", "5001", "99999999999999999999999999", "1e3", "1.5", "nan", "0x10", "%20"}) all.push_back(get("/api/slots/bench-0/logs?lines="s + value));
    for (const auto* value : {"-1", "601", "1e400", "nan", "inf", "-0.5", "1e-400x"}) all.push_back(with_body("POST", "/api/slots/bench-0/load?wait="s + value, "{}"));
    for (const auto* value : {"-1", "0", "65536", "99999999999999999999999999", "1e999", "-1e999", "1.5", "1e2", "01", "NaN", "true", "\"8080\"", "[8080]"}) {
        all.push_back(create("{\"name\":\"bench-new\",\"profile\":\"fault\",\"port\":"s + value + '}'));
        all.push_back(configure("{\"port\":"s + value + '}'));
    }
    all.push_back(configure(R"({"model":{"context_size":-1}})"));
    all.push_back(configure(R"({"model":{"context_size":18446744073709551616}})"));
    all.push_back(get("/api/events?since=99999999999999999999999999x"));
    all.push_back("POST /api/slots HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999999\r\n\r\n");
    all.push_back("POST /api/slots HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18446744073709551615\r\n\r\n");
    return all;
}

std::vector<std::string> nul() {
    return {get("/api/slots/a\0b"s), get("/api/slots/a%00b"), get("/api/slots/bench-0%00"), get("/api/slots/bench-0/config?format=toml%00"), "GET /api/slots HTTP/1.1\r\nHost: localhost\0\r\n\r\n"s,
            "GET /api/slots HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n"s, "\0\0\0\0\r\n\r\n"s, create("{\"name\":\"a\0b\"}"s), create("{\"name\":\"a\\u0000b\"}"), create("\0"s),
            create("{\"name\":\"bench-new\"}\0{}"s), configure("{\"model\":{\"default\":\"a\\u0000b\"}}"), with_body("PUT", "/api/slots/bench-0/config?format=toml", "port = 10000\0\n"s)};
}

void send_each(const std::vector<std::string>& all, Seen& seen) {
    for (const auto& request : all) {
        Connection connection;
        connection.say(request);  // it may be refused before it is whole
        ::shutdown(connection.fd(), SHUT_WR);
        seen.note(request, connection.answer());
    }
}

// --- what is more than a request ----------------------------------------------------------------------------

std::string large_head() { return "POST /api/slots HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(large_body) + "\r\n\r\n"; }

void announced(Seen& seen) {
    Connection connection;
    connection.say(large_head());
    seen.note("a body is announced", connection.answer());
}

void sent(Seen& seen) {
    Connection connection;
    connection.say(large_head());
    const std::string part(1'000'000, ' ');
    for (std::size_t size = 0; size < large_body && connection.say(part); size += part.size()) {}
    seen.note("a body is sent", connection.answer());
}

/// All of them are begun, and never go on.
void slow(Seen& seen) {
    std::vector<Connection> connections;
    for (int i = 0; i < many_connections; ++i) {
        connections.emplace_back();  // what it cannot say shows below
        connections.back().say(i % 2 == 0 ? "GET /api/slots HTTP/1.1\r\nHost: loc" : "POST /api/slots HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{");
    }
    for (auto& connection : connections) {
        errno = 0;
        const auto answer = connection.answer();
        if (errno == EAGAIN) fail("a connection that does not go on is kept open for 20 s");
        seen.note("half a request", answer);
    }
}

using Kind = std::function<void(Seen&)>;

const std::map<std::string_view, Kind>& kinds() {
    const auto each = [](std::vector<std::string> (*made)()) { return [all = made()](Seen& seen) { send_each(all, seen); }; };
    static const std::map<std::string_view, Kind> all{
        {"nothing", [](Seen&) { usleep(100'000); }}, {"malformed", each(malformed)}, {"announced", announced}, {"sent", sent}, {"headers", each(headers)}, {"slow", slow},
        {"names", each(names)}, {"utf8", each(utf8)}, {"deep", each(deep)}, {"numbers", each(numbers)}, {"nul", each(nul)}};
    return all;
}

}  // namespace

int main(int argc, char* argv[]) {
    const auto kind = argc == 2 ? kinds().find(argv[1]) : kinds().end();
    if (kind == kinds().end()) return 2;
    allow_many_descriptors();
    Seen seen;
    Other other;
    const auto begin = now();
    do kind->second(seen);
    while (now() - begin < at_least);
    other.stop();
    std::printf("%llu %d %d %d %d\n", static_cast<unsigned long long>(other.worst()), other.requests(), seen.answered, seen.closed, seen.wrong);
}
