#include "units/prepare/image.hpp"

#include "slot/text.hpp"
#include "units/helper/podman.hpp"
#include "units/helper/report.hpp"
#include "units/prepare/pull_output.hpp"

#include <fmt/format.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

namespace hal0::prepare {
namespace {

using helper::cannot_run;
using helper::run_podman;
using helper::wait_for;
using helper::extend_timeout;
using helper::report_status;

// How long a pull may show nothing new: podman is silent while it unpacks a layer, and large ones take minutes.
constexpr std::chrono::seconds silence{600};

/// A terminal wide enough that podman draws its progress bars, each on one line.
constexpr winsize terminal_size{.ws_row = 100, .ws_col = 200, .ws_xpixel = 0, .ws_ypixel = 0};

[[noreturn]] void exec_pull(const std::string& image) {
    // The unit's stop ends this process first; a pull without its reader must not go on.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execlp("podman", "podman", "pull", image.c_str(), static_cast<char*>(nullptr));
    _exit(127);
}

/// Reads the terminal until podman ends. The end of a terminal is the error EIO.
void follow(int terminal, PullOutput& output) {
    std::array<char, 8192> buffer{};
    auto last = output.progress();
    while (true) {
        const auto got = read(terminal, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return;
        if (!output.feed({buffer.data(), static_cast<std::size_t>(got)})) continue;
        extend_timeout(silence);
        if (const auto now = output.progress(); now != last) report_status(slot::pulling_text(last = now));
    }
}

}  // namespace

slot::Result<bool> has_image(const std::string& image) {
    const auto status = run_podman({"image", "exists", image});
    if (!status) return slot::Error{status.error()};
    if (*status == 0 || *status == 1) return *status == 0;
    return slot::Error{fmt::format("podman cannot tell whether it has the image {}: it ended with status {}", image, *status)};
}

slot::Result<bool> pull_image(const std::string& image) {
    PullOutput output{image};
    report_status(slot::pulling_text(output.progress()));
    extend_timeout(silence);
    int terminal = -1;
    winsize size = terminal_size;
    const pid_t pid = forkpty(&terminal, nullptr, nullptr, &size);
    if (pid < 0) return cannot_run(errno);
    if (pid == 0) exec_pull(image);
    follow(terminal, output);
    close(terminal);
    const int status = wait_for(pid);
    if (status == 0) return true;
    const auto reason = output.error().empty() ? fmt::format("podman pull ended with status {}", status) : output.error();
    return slot::Error{fmt::format("the image {} cannot be pulled: {}", image, slot::shortened(reason, 400))};
}

}  // namespace hal0::prepare
