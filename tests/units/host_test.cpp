#include "units/prepare/host.hpp"

#include "scratch.hpp"

#include <arpa/inet.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hal0::prepare {
namespace {

using Words = std::vector<std::string>;

TEST(DeviceArguments, EveryNodeThatMatchesInOrder) {
    const test::Scratch scratch;
    for (const auto* name : {"dri/renderD129", "dri/renderD128", "dri/card0", "kfd"}) scratch.write(name, "");
    const auto dev = (scratch / "").string();
    const auto arguments = device_arguments({dev + "kfd", dev + "dri/renderD*"});
    ASSERT_TRUE(arguments) << arguments.error();
    EXPECT_EQ(*arguments, (Words{"--device=" + dev + "kfd", "--device=" + dev + "dri/renderD128", "--device=" + dev + "dri/renderD129"}));
}

TEST(DeviceArguments, NoGlobIsNoArgument) { EXPECT_EQ(*device_arguments({}), Words{}); }

TEST(DeviceArguments, AGlobWithoutAMatchIsAnErrorThatNamesIt) {
    const test::Scratch scratch;
    scratch.write("kfd", "");
    const auto missing = (scratch / "accel/accel*").string();
    const auto arguments = device_arguments({(scratch / "kfd").string(), missing});
    ASSERT_FALSE(arguments);
    EXPECT_NE(arguments.error().find(missing), std::string::npos) << arguments.error();
}

TEST(GroupArguments, NumbersOfThoseThatTheHostHas) {
    const auto* root = getgrgid(0);
    ASSERT_NE(root, nullptr);
    testing::internal::CaptureStderr();
    const auto arguments = group_arguments({root->gr_name, "no-such-group-here"});
    const auto said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(arguments, Words{"--group-add=0"});
    EXPECT_TRUE(said.starts_with("<4>")) << said;
    EXPECT_NE(said.find("no-such-group-here"), std::string::npos) << said;
}

class Listener {
public:
    explicit Listener(std::uint32_t address, int family = AF_INET, int option = 0) : fd_(socket(family, SOCK_STREAM, 0)) {
        const int yes = 1;
        if (option != 0) setsockopt(fd_, SOL_SOCKET, option, &yes, sizeof yes);
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        sockaddr_in four{};
        four.sin_family = AF_INET;
        four.sin_addr.s_addr = htonl(address);
        const bool is_six = family == AF_INET6;
        const auto* wanted = is_six ? reinterpret_cast<const sockaddr*>(&six) : reinterpret_cast<const sockaddr*>(&four);
        socklen_t size = is_six ? sizeof six : sizeof four;
        ok_ = bind(fd_, wanted, size) == 0 && listen(fd_, 1) == 0;
        auto* bound = is_six ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
        ok_ = ok_ && getsockname(fd_, bound, &size) == 0;
        port_ = ntohs(is_six ? six.sin6_port : four.sin_port);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() { stop(); }
    void stop() {
        if (fd_ >= 0) close(fd_);
        fd_ = -1;
    }
    int fd() const { return fd_; }
    bool ok() const { return ok_; }
    std::uint16_t port() const { return port_; }

private:
    int fd_;
    bool ok_ = false;
    std::uint16_t port_ = 0;
};

int connect_to(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
}

TEST(IsPortTaken, ByAListenerAndNoLonger) {
    for (const auto address : {INADDR_LOOPBACK, INADDR_ANY})
        for (const int option : {0, SO_REUSEADDR, SO_REUSEPORT}) {
            Listener listener{address, AF_INET, option};
            ASSERT_TRUE(listener.ok());
            EXPECT_TRUE(is_port_taken(listener.port())) << option;
            listener.stop();
            EXPECT_FALSE(is_port_taken(listener.port())) << option;
        }
}

TEST(IsPortTaken, ByAListenerOnBothFamilies) {
    Listener listener{0, AF_INET6};
    if (!listener.ok()) GTEST_SKIP() << "no IPv6";
    EXPECT_TRUE(is_port_taken(listener.port()));
}

/// A server with this socket option closed a connection first and ended: the connection is in TIME_WAIT for a minute.
bool is_taken_after_server_with(int option) {
    Listener listener{INADDR_LOOPBACK, AF_INET, option};
    const int client = connect_to(listener.port());
    const int accepted = accept(listener.fd(), nullptr, nullptr);
    EXPECT_TRUE(listener.ok() && client >= 0 && accepted >= 0);
    close(accepted);
    listener.stop();
    close(client);
    return is_port_taken(listener.port());
}

TEST(IsPortTaken, NotByWhatAnEarlierServerLeft) { EXPECT_FALSE(is_taken_after_server_with(SO_REUSEADDR)); }

// What cpp-httplib sets, and with it llama-server: it could bind the port again itself.
TEST(IsPortTaken, NotByWhatAnEarlierServerThatSharesItsPortLeft) { EXPECT_FALSE(is_taken_after_server_with(SO_REUSEPORT)); }

TEST(IsPortTaken, LooksWithoutConnecting) {
    Listener listener{INADDR_LOOPBACK};
    ASSERT_TRUE(listener.ok());
    EXPECT_TRUE(is_port_taken(listener.port()));
    pollfd waiting{listener.fd(), POLLIN, 0};
    EXPECT_EQ(poll(&waiting, 1, 0), 0) << "a server would see a client";
}

}  // namespace
}  // namespace hal0::prepare
