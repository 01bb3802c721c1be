#include "units/ready/wait_healthy.hpp"

#include "slot/loopback/get.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <optional>

namespace hal0::ready {
namespace {

// Nobody pushes "the model is loaded": a server has to be asked. 4 ms keeps the unit's start within 30 ms of the first
// healthy answer with room to spare, and an answer costs a loading server a hundredth of that time.
constexpr int step_ms = 4;

// A server that accepts and does not answer is asked anew after this time.
constexpr std::chrono::milliseconds patience{1000};

/// A descriptor that becomes readable when the process ends (pidfd_open(2)), or -1 if it has ended.
int watch(pid_t process) { return static_cast<int>(syscall(SYS_pidfd_open, process, 0)); }

/// Whether the process ends within this time.
bool ends_within(int watched, int milliseconds) {
    if (watched < 0) return true;
    pollfd ended{.fd = watched, .events = POLLIN, .revents = 0};
    return poll(&ended, 1, milliseconds) > 0;
}

}  // namespace

std::string Health::in_words() const {
    if (answer == Answer::not_listening) return "the server does not listen yet";
    if (answer == Answer::silent) return "the server accepts connections and does not answer";
    if (answer == Answer::closed) return "the server closes connections without an HTTP answer";
    if (status == 503) return "the server loads its model";
    return "the server answers its health check with the HTTP status " + std::to_string(status);
}

Health ask(std::uint16_t port, const std::string& path) {
    constexpr std::size_t no_body = 0;  // it is the image's to choose, and of no interest
    const auto began = std::chrono::steady_clock::now();
    const auto answer = loopback::get({port, path, no_body, patience});
    if (answer.status != 0) return {Health::Answer::status, answer.status};
    if (!answer.connected) return {Health::Answer::not_listening, 0};
    const bool was_patient = std::chrono::steady_clock::now() - began >= patience;
    return {was_patient ? Health::Answer::silent : Health::Answer::closed, 0};
}

bool ends_within(pid_t process, std::chrono::milliseconds time) {
    const int watched = watch(process);
    const bool has_ended = ends_within(watched, static_cast<int>(time.count()));
    if (watched >= 0) close(watched);
    return has_ended;
}

Outcome wait_healthy(pid_t process, const std::function<Health()>& ask_once, const std::function<void(const Health&)>& on_change) {
    const int watched = watch(process);
    std::optional<Health> last;
    auto outcome = std::optional<Outcome>{};
    while (!outcome) {
        const auto health = ask_once();
        if (health != last) on_change(health);
        last = health;
        // Whoever else answers on the port: without its process the slot is not healthy.
        if (ends_within(watched, health.is_healthy() ? 0 : step_ms))
            outcome = Outcome::process_ended;
        else if (health.is_healthy())
            outcome = Outcome::healthy;
    }
    if (watched >= 0) close(watched);
    return *outcome;
}

}  // namespace hal0::ready
