#include "http-bridge/bridge.hpp"

#include "http-bridge/dashboard_files.hpp"
#include "http-bridge/json/openapi.hpp"
#include "slot/number.hpp"
#include "slot/text.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace hal0::http {
namespace {

using namespace std::chrono_literals;

std::string variable(const char* name, const char* otherwise = "") {
    const auto* value = std::getenv(name);
    return value ? value : otherwise;
}

/// Empty: none is asked for. A file that says nothing must not open the door to everybody.
std::string token() {
    constexpr auto no_token = "-";  // of SetCredential= in hal0-http.service
    const auto folder = variable("CREDENTIALS_DIRECTORY");
    if (folder.empty()) return "";
    std::ifstream in{folder + "/token"};
    if (!in) throw std::runtime_error{"the credential 'token' cannot be read; see LoadCredential= in hal0-http.service"};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    if (text.empty()) throw std::runtime_error{"/etc/hal0/http.token is empty: write a token into it, or remove it to ask for none"};
    if (text == no_token) return "";
    // RFC 6750, 2.1: what a client can send as it is.
    const auto is_allowed = [](char c) { return slot::is_letter_or_digit(c) || std::string_view{"-._~+/="}.find(c) != std::string_view::npos; };
    if (!std::all_of(text.begin(), text.end(), is_allowed))
        throw std::runtime_error{"/etc/hal0/http.token has a character that no token can have: use letters, digits and - . _ ~ + / = only"};
    return text;
}

std::uint16_t own_port() {
    const auto text = variable("HAL0_HTTP_PORT");
    const auto port = slot::parse_number<std::uint16_t>(text).value_or(0);
    if (!text.empty() && port == 0) throw std::runtime_error{"HAL0_HTTP_PORT is not a port: give a number from 1 to 65535"};
    return port;
}

disk::Descriptor listening_socket(std::uint16_t port) {
    disk::Descriptor made{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const int on = 1;
    setsockopt(made.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(made.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 || listen(made.fd(), SOMAXCONN) < 0)
        throw std::system_error{errno, std::generic_category(), "cannot listen on 127.0.0.1:" + std::to_string(port)};
    return made;
}

}  // namespace

Environment environment() {
    Environment environment;
    environment.dashboard = variable("HAL0_DASHBOARD", HAL0_DATA_DIR "/dashboard");
    std::istringstream hosts{variable("HAL0_HTTP_HOSTS")};
    for (std::string host; hosts >> host;) environment.guard.hosts.insert(host_name(host));
    environment.guard.token = token();
    environment.own_port = own_port();
    return environment;
}

Bridge::Bridge(bus::Loop& loop, sdbus::IConnection& connection, Environment environment)
    : loop_(loop),
      proxies_(loop, connection),
      mirror_(loop, connection, proxies_),
      hal0d_(proxies_),
      journal_(loop),
      counting_(mirror_.subscribe([this](const Mirror::Change& change) {
          if (change.what == Mirror::Change::What::removed) forget_slot(counters_, change.name);
          const auto* slot = mirror_.find(change.name);
          if (slot && !change.old_state.empty()) note_transition(counters_, change.name, change.old_state, slot->state, slot->state_changed_at);
      })),
      dashboard_(read_dashboard(environment.dashboard)),
      router_(all_routes()),
      context_{loop, mirror_, hal0d_, journal_, counters_, dashboard_, openapi(described(router_.routes()), HAL0_VERSION).dump()},
      front_(loop, context_, router_, std::move(environment.guard)),
      bus_(loop, connection),
      end_(loop, [&loop] { loop.exit(0); }) {
    listen(environment.own_port);
    loop.when_asked_to_end([this] { end(); });
}

void Bridge::listen(std::uint16_t own_port) {
    const int count = sd_listen_fds(1);
    for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; ++fd) {
        if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0) throw std::runtime_error{"hal0-http.socket has a socket that is no listening stream: see ListenStream= there"};
        // A client that has gone again must not make accept(2) wait.
        bus::checked(::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK), "fcntl");
        front_.listener().listen_on(disk::Descriptor{fd});
    }
    if (count <= 0 && own_port == 0) throw std::runtime_error{"nothing to listen on: start hal0-http.socket, or set HAL0_HTTP_PORT to run it by hand"};
    if (count <= 0) front_.listener().listen_on(listening_socket(own_port));
}

void Bridge::end() {
    sd_notify(0, "STOPPING=1");
    front_.listener().stop([this] { loop_.exit(0); });
    end_.set(800ms);
}

}  // namespace hal0::http
