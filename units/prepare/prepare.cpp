#include "units/prepare/prepare.hpp"

#include "slot/profile.hpp"
#include "units/helper/environment.hpp"
#include "units/helper/podman.hpp"
#include "units/helper/report.hpp"
#include "units/prepare/back_off.hpp"
#include "units/prepare/host.hpp"
#include "units/prepare/image.hpp"
#include "units/prepare/model.hpp"
#include "units/prepare/pull_unit.hpp"
#include "units/prepare/request.hpp"
#include "units/prepare/start_file.hpp"

#include <fmt/format.h>
#include <sysexits.h>

#include <cstdlib>

namespace hal0::prepare {
namespace {

using helper::run_podman;
using helper::variable;
using helper::report_failure;
using helper::report_status;
using helper::report_warning;

/// Removes a container that an earlier start left behind.
void remove_container(const slot::SlotName& name) {
    const auto status = run_podman({"rm", "--force", "--ignore", "--time=5", container_name(name)});
    if (!status || *status != 0) report_warning(fmt::format("the old container {} cannot be removed", container_name(name)));
}

slot::Result<bool> free_port(const Request& request) {
    if (!is_port_taken(request.port)) return true;
    // Most likely by this slot's own container, left by a conmon that was killed; `podman run --replace` comes too late.
    remove_container(request.name);
    if (!is_port_taken(request.port)) return true;
    return slot::Error{fmt::format("port {0} is taken by another program (ss -ltnp sport = :{0} shows it): stop that, or give the slot another port",
                                   request.port)};
}

/// Everything that can be wrong without a download comes first.
slot::Result<bool> make_ready(const Request& request, const std::string& root) {
    if (const auto problem = store_problem(request.model_store, root)) return slot::Error{*problem};
    auto model = choose_model(request, root);
    if (!model) return slot::Error{model.error()};
    auto devices = device_arguments(request.devices);
    if (!devices) return slot::Error{devices.error()};
    const auto here = has_image(request.image);
    if (!here) return here;
    if (!*here)
        if (const auto pulled = pull_by_unit(request.name); !pulled) return pulled;
    report_status("");
    if (const auto port = free_port(request); !port) return port;
    return write_start_file(variable("RUNTIME_DIRECTORY"), {*model, *devices, group_arguments(request.groups)});
}

}  // namespace

int prepare(const slot::SlotName& name, const std::string& root) {
    if (variable("HAL0_IMAGE").empty()) return EXIT_SUCCESS;  // ExecStart= is refuse(), which says why
    const auto request = read_request(name);
    if (!request) return report_failure(request.error(), EX_CONFIG);
    back_off(name);
    const auto done = make_ready(*request, root);
    return done ? EXIT_SUCCESS : report_failure(done.error(), EXIT_FAILURE);
}

int refuse(const slot::SlotName& name) {
    const auto reason = variable("HAL0_CONFIG_ERROR");
    if (!reason.empty()) return report_failure(reason, EX_CONFIG);
    return report_failure(fmt::format("slot {0} has no configuration: write /etc/hal0/slots/{0}.toml, then run: systemctl daemon-reload", name.str()), EX_CONFIG);
}

int pull(const slot::SlotName& name) {
    if (variable("HAL0_IMAGE").empty()) return refuse(name);
    const auto image = slot::parse_image(variable("HAL0_IMAGE"));
    if (!image) return report_failure(image.error(), EX_CONFIG);
    const auto here = has_image(*image);
    const auto done = here && !*here ? pull_image(*image) : here;
    if (!done) return report_failure(done.error(), EXIT_FAILURE);
    report_status(fmt::format("the image {} is present", *image));
    return EXIT_SUCCESS;
}

}  // namespace hal0::prepare
