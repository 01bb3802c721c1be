// Asks http://127.0.0.1:PORT/health every millisecond until it answers 200, and prints when that was, in microseconds since
// the epoch, as bash's EPOCHREALTIME without its dot. usage: health_probe PORT
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

bool is_healthy(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    constexpr std::string_view request = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    std::string answer;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
        char buffer[256];
        while (answer.size() < 12) {
            const auto got = recv(fd, buffer, sizeof buffer, 0);
            if (got <= 0) break;
            answer.append(buffer, static_cast<std::size_t>(got));
        }
    }
    close(fd);
    return answer.starts_with("HTTP/1.1 200");
}

}  // namespace

int main(int argc, char* argv[]) {
    if (argc != 2) return 2;
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const auto deadline = Clock::now() + std::chrono::minutes{1};
    while (Clock::now() < deadline) {
        if (is_healthy(port)) {
            timeval now{};
            gettimeofday(&now, nullptr);
            std::printf("%lld\n", static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_usec);
            return 0;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return 1;
}
