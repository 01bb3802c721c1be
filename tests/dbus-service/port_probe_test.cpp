#include "dbus-service/port_probe.hpp"

#include "scratch.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hal0::service {
namespace {

using Ports = std::set<std::uint16_t>;

// Lines of a real table; 0A: listening, 01: established, 06: TIME_WAIT.
constexpr auto table =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0000000000000000 100 0 0 10 0\n"
    "   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1 0000000000000000 100 0 0 10 0\n"
    "   2: 0A01A8C0:1F92 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 102 1 0000000000000000 100 0 0 10 0\n"
    "   3: 0100007F:1F93 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 103 1 0000000000000000 100 0 0 10 0\n"
    "  10: 0100007F:1F94 0100007F:D432 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000\n";
constexpr auto table6 =
    "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 00000000000000000000000000000000:1F95 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0000000000000000 100 0 0 10 0\n"
    "   1: 00000000000000000000000001000000:1F96 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0000000000000000 100 0 0 10 0\n"
    "   2: 0000000000000000FFFF00000100007F:1F97 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0000000000000000 100 0 0 10 0\n";

TEST(ListeningPorts, OfSocketsThatListenOn127001OrEverywhere) {
    EXPECT_EQ(listening_ports(table), (Ports{8081, 22}));
    EXPECT_EQ(listening_ports(table6), (Ports{8085, 8087})) << "::1 is another address";
}

TEST(ListeningPorts, OfNoTableAreNone) {
    for (const auto* text : {"", "\n\n", "  sl  local_address", "0: 0100007F 00000000:0000 0A", "0: 0100007F:XYZ 0:0 0A", "0: 0100007F:12345 0:0 0A", "0: 0100007F: 0:0 0A"})
        EXPECT_EQ(listening_ports(text), Ports{}) << text;
}

TEST(TakenPorts, OfBothTables) {
    const test::Scratch scratch;
    const auto root = (scratch / "").parent_path().string();
    EXPECT_EQ(taken_ports(root), Ports{});
    scratch.write("proc/net/tcp", table);
    scratch.write("proc/net/tcp6", table6);
    EXPECT_EQ(taken_ports(root), (Ports{22, 8081, 8085, 8087}));
}

class Listener {
public:
    Listener(int family, const char* address) : fd_(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        sockaddr_in four{};
        four.sin_family = AF_INET;
        inet_pton(family, address, family == AF_INET6 ? static_cast<void*>(&six.sin6_addr) : &four.sin_addr);
        auto* bound = family == AF_INET6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
        socklen_t size = family == AF_INET6 ? sizeof six : sizeof four;
        is_there_ = bind(fd_, bound, size) == 0 && listen(fd_, 1) == 0 && getsockname(fd_, bound, &size) == 0;
        port_ = ntohs(family == AF_INET6 ? six.sin6_port : four.sin_port);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() {
        if (fd_ >= 0) close(fd_);
    }
    bool is_there() const { return is_there_; }
    std::uint16_t port() const { return port_; }

private:
    int fd_;
    bool is_there_ = false;
    std::uint16_t port_ = 0;
};

TEST(TakenPorts, OfThisHost) {
    for (const auto& [family, address] : {std::pair{AF_INET, "127.0.0.1"}, {AF_INET, "0.0.0.0"}, {AF_INET6, "::"}}) {
        std::uint16_t port = 0;
        {
            const Listener listener{family, address};
            if (!listener.is_there() && family == AF_INET6) continue;  // a host without IPv6
            ASSERT_TRUE(listener.is_there()) << address;
            port = listener.port();
            EXPECT_TRUE(taken_ports().contains(port)) << address;
        }
        EXPECT_FALSE(taken_ports().contains(port)) << address;
    }
}

}  // namespace
}  // namespace hal0::service
