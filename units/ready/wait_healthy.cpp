#include "units/ready/wait_healthy.hpp"

#include <httplib.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <thread>

namespace hal0::ready {
namespace {

// Nobody pushes "the model is loaded": a server has to be asked. 10 ms keeps the unit's start within 30 ms of the first
// healthy answer, and costs a loading server next to nothing.
constexpr int step_ms = 10;

// A server that accepts and does not answer is asked anew after this time.
constexpr std::chrono::milliseconds patience{1000};

/// A descriptor that becomes readable when the process ends (pidfd_open(2)), or -1 if it has ended.
int watch(pid_t process) { return static_cast<int>(syscall(SYS_pidfd_open, process, 0)); }

/// Waits one step; true if the process ended.
bool ended_within_step(int watched) {
    if (watched < 0) return true;
    pollfd ended{.fd = watched, .events = POLLIN, .revents = 0};
    return poll(&ended, 1, step_ms) > 0;
}

}  // namespace

std::string_view in_words(Health health) {
    switch (health) {
        case Health::not_listening: return "the server does not listen yet";
        case Health::loading: return "the server loads its model";
        case Health::silent: return "the server accepts connections and does not answer";
        case Health::healthy: return "";
    }
    return "";
}

Health ask(std::uint16_t port, const std::string& path) {
    httplib::Client client{"127.0.0.1", port};
    client.set_connection_timeout(patience);
    client.set_read_timeout(patience);
    const auto answer = client.Get(path);
    if (answer) return answer->status == 200 ? Health::healthy : Health::loading;
    return answer.error() == httplib::Error::Connection ? Health::not_listening : Health::silent;
}

Outcome wait_healthy(pid_t process, const std::function<Health()>& ask_once, const std::function<void(Health)>& on_change) {
    const int watched = watch(process);
    std::optional<Health> last;
    auto outcome = std::optional<Outcome>{};
    while (!outcome) {
        const auto health = ask_once();
        if (health != last) on_change(health);
        last = health;
        if (health == Health::healthy)
            outcome = Outcome::healthy;
        else if (ended_within_step(watched))
            outcome = Outcome::process_ended;
    }
    if (watched >= 0) close(watched);
    return *outcome;
}

}  // namespace hal0::ready
