#include "units/helper/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace hal0::helper {

// The protocol of sd_notify(3), a datagram, without libsystemd: loading that and what it needs takes longer than all that a helper
// does, at each start of a slot.
void notify(const std::string& state) {
    const char* socket_path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::size_t length = socket_path ? std::strlen(socket_path) : 0;
    if (length == 0 || length >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, socket_path, length);
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract one, unix(7)
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return;
    sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
           static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
    close(descriptor);
}

}  // namespace hal0::helper
