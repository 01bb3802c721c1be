#include "scratch.hpp"
#include "units/helper/notify.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

using hal0::helper::notify;

/// systemd's end of the protocol: a socket for datagrams, and $NOTIFY_SOCKET with its name.
class NotifySocket {
public:
    explicit NotifySocket(const std::string& name) : descriptor_{socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)} {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name.starts_with('@')) address.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        EXPECT_EQ(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size), 0) << std::strerror(errno);
        setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }
    ~NotifySocket() {
        unsetenv("NOTIFY_SOCKET");
        close(descriptor_);
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    /// The next datagram; empty when there is none.
    std::string next() const {
        std::array<char, 256> text{};
        const auto length = recv(descriptor_, text.data(), text.size(), 0);
        return {text.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
    }

private:
    int descriptor_;
};

TEST(Notify, ReachesASocketInTheFileSystem) {
    const hal0::test::Scratch scratch;
    const NotifySocket systemd{scratch / "notify"};
    notify("STATUS=warming up");
    notify("EXTEND_TIMEOUT_USEC=1");
    EXPECT_EQ(systemd.next(), "STATUS=warming up");
    EXPECT_EQ(systemd.next(), "EXTEND_TIMEOUT_USEC=1");
    EXPECT_EQ(systemd.next(), "");
}

TEST(Notify, ReachesAnAbstractSocket) {
    const NotifySocket systemd{fmt::format("@hal0-notify-test-{}", getpid())};
    notify("STATUS=warming up");
    EXPECT_EQ(systemd.next(), "STATUS=warming up");
}

TEST(Notify, IsSilentWhereNobodyListens) {
    unsetenv("NOTIFY_SOCKET");
    notify("STATUS=nobody");
    for (const auto& name : {std::string{}, std::string{"/nonexistent/notify"}, std::string(200, 'x')}) {
        setenv("NOTIFY_SOCKET", name.c_str(), 1);
        notify("STATUS=nobody");
    }
    unsetenv("NOTIFY_SOCKET");
}

TEST(Notify, TakesTheLongestNameThereIs) {
    const std::string name = "@" + std::string(sizeof(sockaddr_un::sun_path) - 2, 'x');
    const NotifySocket systemd{name};
    notify("STATUS=x");
    EXPECT_EQ(systemd.next(), "STATUS=x");
}

}  // namespace
