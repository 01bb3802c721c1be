#include "units/prepare/pull_end.hpp"

#include "slot/status_text.hpp"
#include "units/helper/report.hpp"
#include "units/prepare/slot_environment.hpp"
#include "units/prepare/systemd_bus.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace hal0::prepare {

using helper::report_failure;

// systemd sends the signal and changes the state before it answers anybody.
int pull_end(const slot::SlotName& name) {
    const auto unit = pull_unit_name(name);
    int problem = 0;
    const auto bus = open_system_bus(problem);
    const bool is_being_stopped = problem >= 0 && text_property(bus.get(), unit, unit_interface, "ActiveState") == "deactivating";
    if (!is_being_stopped) return report_failure(fmt::format("somebody ended it with SIGTERM; try again: systemctl start {}", unit), EXIT_FAILURE);
    if (text_property(bus.get(), unit, service_interface, "Result") != "timeout") return EXIT_SUCCESS;
    const auto image = image_of(name);
    return report_failure(slot::pull_given_up_text(image ? *image : "the image"), EXIT_FAILURE);
}

}  // namespace hal0::prepare
