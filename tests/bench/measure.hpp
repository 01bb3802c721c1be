// What the programs that measure have in common: one clock, an end with a reason, and to wait for what several others say.
#pragma once

#include <errno.h>  // program_invocation_short_name
#include <poll.h>
#include <signal.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hal0::bench {

inline constexpr std::uint64_t patience = 120'000'000;  // for anything, in microseconds

/// Microseconds; those of systemd's "monotonic" timestamps.
inline std::uint64_t now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(time.tv_nsec) / 1000;
}

/// Not an exception: some of this is called from sd-bus, which is C.
[[noreturn]] inline void fail(const std::string& what) {
    std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, what.c_str());
    std::exit(1);
}

/// Runs a shell command and returns the first line it prints.
inline std::string run(const std::string& command) {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
    char line[256] = "";
    if (!pipe || (!std::fgets(line, sizeof line, pipe.get()) && std::ferror(pipe.get()))) fail(command);
    const std::string text{line};
    return text.substr(0, text.find('\n'));
}

/// Starts a slot's unit, whatever has become of it before.
inline void start_slot(const std::string& unit) {
    run("systemctl stop " + unit + "; systemctl reset-failed " + unit + " 2>/dev/null; systemctl start " + unit);
}

/// Kills the server of a slot, as a crash would; its container ends with it.
inline void kill_server(const std::string& port) {
    // The podman that started it has the same words, and may take a moment longer to end than the server to answer.
    const auto server = std::atoi(run("pgrep --newest --full -- '--port " + port + "( |$)'").c_str());
    if (server <= 1) fail("there is no server on port " + port);
    if (kill(server, SIGKILL) != 0) fail("the server cannot be killed");
}

/// One that speaks to us.
class Source {
public:
    virtual ~Source() = default;
    /// What to wait for before there can be more.
    virtual pollfd waits_for() const = 0;
    /// Takes in all that has arrived; never waits.
    virtual void process() = 0;
};

/// Takes in what these say, in this order, until the condition holds.
inline void wait_until(const std::vector<Source*>& sources, const std::function<bool()>& condition, const char* what) {
    const auto end = now() + patience;
    while (true) {
        for (auto* source : sources) source->process();
        if (condition()) return;
        if (now() > end) fail(std::string{"still not: "} + what);
        std::vector<pollfd> waiting;
        for (const auto* source : sources) waiting.push_back(source->waits_for());
        poll(waiting.data(), waiting.size(), 100);
    }
}

}  // namespace hal0::bench
