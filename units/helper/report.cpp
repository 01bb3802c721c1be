#include "units/helper/report.hpp"

#include "units/helper/notify.hpp"

#include <systemd/sd-daemon.h>  // SD_ERR and SD_WARNING alone

#include <cstdio>

namespace hal0::helper {

void report_status(const std::string& text) { notify("STATUS=" + text); }

int report_failure(const std::string& reason, int status) {
    report_status(reason);
    std::fprintf(stderr, SD_ERR "%s\n", reason.c_str());
    return status;
}

void report_warning(const std::string& text) { std::fprintf(stderr, SD_WARNING "%s\n", text.c_str()); }

void extend_timeout(std::chrono::seconds time) {
    notify("EXTEND_TIMEOUT_USEC=" + std::to_string(std::chrono::microseconds{time}.count()));
}

}  // namespace hal0::helper
