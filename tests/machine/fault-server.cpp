// A stand-in for llama-server that fails on demand. It takes llama-server's arguments and ignores most of
// them; --fault LIST (comma separated, may be repeated) says what goes wrong:
//
//   late=S            listens only S seconds after its start
//   loading=S         everything answers 503 "Loading model" until S seconds after the start
//   exit-at-start=N   prints an error and exits with status N before it listens
//   exit-later=S:N    prints an error and exits with status N, S seconds after the start
//   hang              accepts connections and never answers
//   ignore-sigterm    SIGTERM does nothing
//   last-line=TEXT    TEXT is the last line on stderr, however the server ends (no comma in it; ^[ is an escape)
//   busy=N            /slots and /metrics tell of N requests being processed in N slots
//   slow=S            a completion takes S seconds
//
// Seconds may have decimals.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t maxHead = 16 * 1024;
constexpr std::size_t maxBody = 1024 * 1024;
constexpr int maxConnections = 64;
constexpr Seconds maxDelay{3600};
constexpr Seconds requestTimeout{10};

struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;
    std::string alias = "fault";
    int slots = 1;
    int contextSize = 4096;

    Seconds late{0};
    Seconds loading{0};
    Seconds slow{0};
    Seconds exitAfter{-1};
    int exitStatus = -1;
    int busy = 0;
    bool hang = false;
    bool ignoreTerm = false;
};

const auto started = Clock::now();
std::atomic<int> connections{0};
std::atomic<int> processing{0};
std::atomic<long> promptTokens{0};
std::atomic<long> predictedTokens{0};

// Read by the signal handler, so no std::string; written before the handler is there.
char lastLine[512];
std::size_t lastLineSize = 0;

// Callable from a signal handler.
[[noreturn]] void end(int status) {
    if (lastLineSize > 0 && write(STDERR_FILENO, lastLine, lastLineSize) < 0) {
        _exit(status);
    }
    _exit(status);
}

extern "C" void onTerm(int) { end(0); }

// ---- arguments ----

int toInt(std::string_view what, const std::string& text, int least, int most) {
    std::size_t used = 0;
    int value = 0;
    try {
        value = std::stoi(text, &used);
    } catch (const std::exception&) {
        used = 0;
    }
    if (used == 0 || used != text.size() || value < least || value > most) {
        throw std::invalid_argument(std::string(what) + ": '" + text + "' is no number from " +
                                    std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
}

Seconds toSeconds(std::string_view what, const std::string& text) {
    std::size_t used = 0;
    double value = -1;
    try {
        value = std::stod(text, &used);
    } catch (const std::exception&) {
        used = 0;
    }
    if (used == 0 || used != text.size() || !(value >= 0 && value <= maxDelay.count())) {
        throw std::invalid_argument(std::string(what) + ": '" + text + "' is no number of seconds");
    }
    return Seconds(value);
}

void setLastLine(std::string text) {
    for (auto at = text.find("^["); at != std::string::npos; at = text.find("^[")) text.replace(at, 2, "\x1b");
    lastLineSize = std::min(text.size(), sizeof lastLine - 1);
    std::memcpy(lastLine, text.data(), lastLineSize);
    lastLine[lastLineSize++] = '\n';
}

void addFault(Options& options, const std::string& fault) {
    const auto equals = fault.find('=');
    const auto name = fault.substr(0, equals);
    const auto value = equals == std::string::npos ? "" : fault.substr(equals + 1);
    if (name == "late") {
        options.late = toSeconds(name, value);
    } else if (name == "loading") {
        options.loading = toSeconds(name, value);
    } else if (name == "slow") {
        options.slow = toSeconds(name, value);
    } else if (name == "exit-at-start") {
        options.exitAfter = Seconds(0);
        options.exitStatus = toInt(name, value, 0, 255);
    } else if (name == "exit-later") {
        const auto colon = value.find(':');
        options.exitAfter = toSeconds(name, value.substr(0, colon));
        options.exitStatus = toInt(name, colon == std::string::npos ? "1" : value.substr(colon + 1), 0, 255);
    } else if (name == "busy") {
        options.busy = toInt(name, value, 0, 1024);
    } else if (name == "last-line") {
        setLastLine(value);
    } else if (fault == "hang") {
        options.hang = true;
    } else if (fault == "ignore-sigterm") {
        options.ignoreTerm = true;
    } else {
        // A typing error in a test must not look like a server without faults.
        throw std::invalid_argument("unknown fault '" + fault + "'");
    }
}

void addFaults(Options& options, std::string_view list) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        addFault(options, std::string(list.substr(0, comma)));
        list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
    }
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        std::string name = argv[i];
        std::string value = i + 1 < argc ? argv[i + 1] : "";
        if (const auto equals = name.find('='); name.starts_with("--") && equals != std::string::npos) {
            value = name.substr(equals + 1);
            name.resize(equals);
        }
        if (name == "--host") {
            options.host = value;
        } else if (name == "--port") {
            options.port = static_cast<std::uint16_t>(toInt(name, value, 1, 65535));
        } else if (name == "--alias" || name == "-a") {
            options.alias = value;
        } else if (name == "--parallel" || name == "-np") {
            options.slots = toInt(name, value, 1, 1024);
        } else if (name == "--ctx-size" || name == "-c") {
            options.contextSize = toInt(name, value, 0, 1 << 24);
        } else if (name == "--fault") {
            addFaults(options, value);
        }
    }
    options.slots = options.busy > 0 ? options.busy : options.slots;
    return options;
}

// ---- answers ----

struct Request {
    std::string method;
    std::string path;
    std::string body;
};

struct Answer {
    int status = 200;
    std::string body;
    std::string type = "application/json; charset=utf-8";
};

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const unsigned char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c < 0x20 ? ' ' : static_cast<char>(c);
    }
    return out + '"';
}

Answer failure(int status, std::string_view message, std::string_view type) {
    return {status, "{\"error\":{\"code\":" + std::to_string(status) + ",\"message\":" + quoted(message) +
                        ",\"type\":" + quoted(type) + "}}"};
}

int nowProcessing(const Options& options) { return options.busy > 0 ? options.busy : processing.load(); }

Answer models(const Options& options) {
    const auto id = quoted(options.alias);
    return {200, "{\"models\":[{\"name\":" + id + ",\"model\":" + id + "}],\"object\":\"list\",\"data\":[{\"id\":" + id +
                     ",\"object\":\"model\",\"created\":0,\"owned_by\":\"llamacpp\"}]}"};
}

Answer slots(const Options& options) {
    std::string body = "[";
    for (int i = 0; i < options.slots; ++i) {
        body += (i > 0 ? "," : "") + std::string("{\"id\":") + std::to_string(i) +
                ",\"n_ctx\":" + std::to_string(options.contextSize) +
                ",\"speculative\":false,\"is_processing\":" + (i < nowProcessing(options) ? "true" : "false") + "}";
    }
    return {200, body + "]"};
}

Answer metrics(const Options& options) {
    std::string body;
    const auto add = [&body](const std::string& name, const char* kind, long value) {
        body += "# HELP llamacpp:" + name + " Of the stand-in server.\n# TYPE llamacpp:" + name + " " + kind +
                "\nllamacpp:" + name + " " + std::to_string(value) + "\n";
    };
    add("prompt_tokens_total", "counter", promptTokens);
    add("prompt_seconds_total", "counter", promptTokens / 100);
    add("tokens_predicted_total", "counter", predictedTokens);
    add("tokens_predicted_seconds_total", "counter", predictedTokens / 100);
    add("n_decode_total", "counter", predictedTokens);
    add("n_busy_slots_per_decode", "counter", 1);
    add("prompt_tokens_seconds", "gauge", promptTokens > 0 ? 100 : 0);
    add("predicted_tokens_seconds", "gauge", predictedTokens > 0 ? 100 : 0);
    add("requests_processing", "gauge", nowProcessing(options));
    add("requests_deferred", "gauge", 0);
    return {200, body, "text/plain; version=0.0.4"};
}

Answer completion(const Options& options) {
    ++processing;
    std::this_thread::sleep_for(options.slow);
    --processing;
    promptTokens += 4;
    predictedTokens += 8;
    return {200, "{\"index\":0,\"content\":\" the slot is ready\",\"id_slot\":0,\"stop\":true,\"model\":" +
                     quoted(options.alias) + ",\"tokens_predicted\":8,\"tokens_evaluated\":4,\"stop_type\":\"limit\"}"};
}

Answer answer(const Options& options, const Request& request) {
    if (Clock::now() - started < options.loading) {
        return failure(503, "Loading model", "unavailable_error");
    }
    const auto path = request.path.substr(0, request.path.find('?'));
    if (request.method == "POST" && (path == "/completion" || path == "/completions")) {
        return completion(options);
    }
    if (request.method == "GET" && (path == "/health" || path == "/v1/health")) {
        return {200, R"({"status":"ok"})"};
    }
    if (request.method == "GET" && (path == "/v1/models" || path == "/models")) {
        return models(options);
    }
    if (request.method == "GET" && path == "/slots") {
        return slots(options);
    }
    if (request.method == "GET" && path == "/metrics") {
        return metrics(options);
    }
    return failure(404, "File Not Found", "not_found_error");
}

// ---- connections ----

// Appends what arrives. False at the end, on an error, or when nothing comes before the deadline.
bool receive(int fd, std::string& data, Clock::time_point deadline) {
    pollfd waiting{fd, POLLIN, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
        return false;
    }
    char buffer[4096];
    const auto size = read(fd, buffer, sizeof buffer);
    data.append(buffer, size > 0 ? static_cast<std::size_t>(size) : 0);
    return size > 0;
}

std::size_t contentLength(std::string head) {
    std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string_view name = "\r\ncontent-length:";
    const auto at = head.find(name);
    return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + name.size(), nullptr, 10);
}

bool readRequest(int fd, Request& request) {
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(requestTimeout);
    std::string data;
    std::size_t headEnd;
    while ((headEnd = data.find("\r\n\r\n")) == std::string::npos) {
        if (data.size() > maxHead || !receive(fd, data, deadline)) {
            return false;
        }
    }
    const auto head = data.substr(0, headEnd);
    const auto length = contentLength(head);
    while (data.size() < headEnd + 4 + length) {
        if (length > maxBody || !receive(fd, data, deadline)) {
            return false;
        }
    }
    const auto space = head.find(' ');
    const auto second = head.find(' ', space + 1);
    if (space == std::string::npos || second == std::string::npos) {
        return false;
    }
    request = {head.substr(0, space), head.substr(space + 1, second - space - 1), data.substr(headEnd + 4, length)};
    return true;
}

void sendAnswer(int fd, const Answer& reply) {
    const auto text = "HTTP/1.1 " + std::to_string(reply.status) + (reply.status == 200 ? " OK" : " Error") +
                      "\r\nServer: fault-server\r\nContent-Type: " + reply.type +
                      "\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\nConnection: close\r\n\r\n" +
                      reply.body;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto sent = send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void serve(const Options& options, int fd) {
    const timeval timeout{static_cast<time_t>(requestTimeout.count()), 0};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    Request request;
    if (options.hang) {
        // Until the other side gives up.
        std::string ignored;
        while (receive(fd, ignored, Clock::now() + std::chrono::duration_cast<Clock::duration>(maxDelay))) {
            ignored.clear();
        }
    } else if (readRequest(fd, request)) {
        sendAnswer(fd, answer(options, request));
    }
    close(fd);
    --connections;
}

int listenOn(const Options& options) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    if (inet_pton(AF_INET, options.host == "localhost" ? "127.0.0.1" : options.host.c_str(), &address.sin_addr) != 1) {
        throw std::invalid_argument("--host: '" + options.host + "' is no IPv4 address");
    }
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(fd, maxConnections) != 0) {
        throw std::runtime_error("cannot listen on " + options.host + ":" + std::to_string(options.port) + ": " +
                                 std::strerror(errno));
    }
    return fd;
}

[[noreturn]] void acceptForever(const Options& options, int listener) {
    for (;;) {
        if (connections >= maxConnections) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            continue;
        }
        const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            continue;
        }
        ++connections;
        std::thread(serve, std::cref(options), fd).detach();
    }
}

[[noreturn]] void fail(int status) {
    std::cerr << "error: fault-server was told to end with status " + std::to_string(status) + "\n";
    end(status);
}

void failLater(const Options& options) {
    std::this_thread::sleep_until(started + std::chrono::duration_cast<Clock::duration>(options.exitAfter));
    fail(options.exitStatus);
}

[[noreturn]] void run(const Options& options) {
    // The first process of a container has no default action for SIGTERM.
    std::signal(SIGTERM, options.ignoreTerm ? SIG_IGN : onTerm);
    std::signal(SIGINT, onTerm);
    if (options.exitAfter == Seconds(0)) {
        fail(options.exitStatus);
    }
    if (options.exitAfter > Seconds(0)) {
        std::thread(failLater, std::cref(options)).detach();
    }
    std::this_thread::sleep_for(options.late);
    const int listener = listenOn(options);
    std::cerr << "fault-server: listening on " << options.host << ':' << options.port << std::endl;
    acceptForever(options, listener);
}

} // namespace

int main(int argc, char** argv) {
    try {
        const auto options = parse(argc, argv);
        run(options);
    } catch (const std::exception& error) {
        std::cerr << "error: " << error.what() << std::endl;
        end(64);
    }
}
