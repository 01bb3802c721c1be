#include "units/prepare/prepare.hpp"

#include "slot/status_text.hpp"
#include "units/helper/environment.hpp"
#include "units/helper/podman.hpp"
#include "units/helper/report.hpp"
#include "units/helper/termination.hpp"
#include "units/prepare/back_off.hpp"
#include "units/prepare/host.hpp"
#include "units/prepare/image.hpp"
#include "units/prepare/image_index.hpp"
#include "units/prepare/model.hpp"
#include "units/prepare/pull_end.hpp"
#include "units/prepare/pull_unit.hpp"
#include "units/prepare/request.hpp"
#include "units/prepare/slot_environment.hpp"
#include "units/prepare/start_file.hpp"

#include <fmt/format.h>
#include <sysexits.h>

#include <chrono>
#include <cstdlib>
#include <optional>

namespace hal0::prepare {
namespace {

using helper::extend_timeout;
using helper::run_podman;
using helper::variable;
using helper::report_failure;
using helper::report_status;
using helper::report_warning;

// What this program may take beside a pull: the slot's start timeout, which begins anew for each of the unit's commands
// (systemd.service(5)), is for the server, and may be shorter than it takes to get an old container out of the way.
constexpr std::chrono::seconds allowance{60};

/// Removes a container that an earlier start left behind.
void remove_container(const slot::SlotName& name) {
    const auto remove = [&] { return run_podman({"rm", "--force", "--ignore", "--time=5", container_name(name)}); };
    auto status = remove();
    if (status && *status != 0) status = remove();  // podman 5 fails once for a container whose conmon was killed
    if (!status || *status != 0) report_warning(fmt::format("the old container {} cannot be removed", container_name(name)));
}

/// What keeps a slot from starting.
struct Obstacle {
    std::string reason;
    bool can_pass = true;  // without anybody's doing: a restart is worth it
};

std::optional<Obstacle> obstacle_of(const slot::Result<bool>& step) { return step ? std::nullopt : std::optional{Obstacle{step.error()}}; }

/// Out of the way goes what an earlier start left; then the port has to be free.
slot::Result<bool> free_port(const Request& request, bool is_restart) {
    // A taken port most likely is this slot's own container's, left by a conmon that was killed; `podman run --replace` comes too late.
    // And `systemctl kill --signal=KILL` also ends the ExecStopPost= that would have cleaned up (seen with systemd 257), after which
    // podman 5 fails to replace the container: only a restart comes after that, and it has waited a second anyway.
    if (is_restart || is_port_taken(request.port)) remove_container(request.name);
    if (!is_port_taken(request.port)) return true;
    return slot::Error{fmt::format("port {0} is taken by another program (ss -ltnp sport = :{0} shows it): stop that, or give the slot another port",
                                   request.port)};
}

/// At an automatic restart podman itself is asked, always: so a start that failed for a wrong index mends itself.
slot::Result<bool> provide_image(const Request& request, const std::string& root, bool is_restart) {
    if (!is_restart && is_in_image_index(root, request.image)) return true;
    const auto here = has_image(request.image);
    return here && !*here ? pull_by_unit(request.name, request.image) : here;
}

/// Everything that can be wrong without a download comes first.
std::optional<Obstacle> make_ready(const Request& request, const std::string& root, const std::string& folder, bool is_restart) {
    if (const auto problem = store_problem(request.model_store, root)) return Obstacle{*problem};  // it may not be mounted yet
    const auto model = choose_model(request, root);
    if (!model) return Obstacle{model.error(), false};
    const auto devices = device_arguments(request.devices);
    if (!devices) return Obstacle{devices.error()};  // drivers come up while the machine boots
    if (auto obstacle = obstacle_of(provide_image(request, root, is_restart))) return obstacle;
    report_status("");
    if (auto obstacle = obstacle_of(free_port(request, is_restart))) return obstacle;
    return obstacle_of(write_start_file(folder, start_file_text({*model, *devices, group_arguments(request.groups)})));
}

/// Ends a start for good. This process does not fail, because systemd would restart the unit: `launch`, which runs next,
/// says the reason and fails with a status that is not worth a retry.
int refuse(const std::string& reason, const std::string& folder) {
    const auto left = write_start_file(folder, refusal_text(reason));
    return left ? EXIT_SUCCESS : report_failure(reason, EX_CONFIG);
}

}  // namespace

int prepare(const slot::SlotName& name, const std::string& root) {
    const auto folder = variable("RUNTIME_DIRECTORY");
    const auto attempt = begin_attempt(name);
    if (variable("HAL0_IMAGE").empty() || !variable("HAL0_CONFIG_ERROR").empty()) return EXIT_SUCCESS;  // launch says why
    const auto request = read_request(name);
    if (!request) return refuse(request.error(), folder);
    if (const auto end = back_off(name, attempt)) return refuse(*end, folder);
    extend_timeout(allowance);
    const auto obstacle = make_ready(*request, root, folder, attempt.is_restart);
    if (!obstacle) return EXIT_SUCCESS;
    return obstacle->can_pass ? report_failure(obstacle->reason, EXIT_FAILURE) : refuse(obstacle->reason, folder);
}

int pull(const slot::SlotName& name) {
    helper::on_sigterm([name] { return pull_end(name); });
    const auto image = image_of(name);
    if (!image) return report_failure(image.error(), EX_CONFIG);
    const auto here = has_image(*image);
    helper::yield_to_sigterm();  // podman that was ended says no
    const auto done = here && !*here ? pull_image(*image) : here;
    helper::yield_to_sigterm();
    if (!done) return report_failure(done.error(), EXIT_FAILURE);
    report_status(slot::image_present_text(*image));
    return EXIT_SUCCESS;
}

}  // namespace hal0::prepare
