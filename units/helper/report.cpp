#include "units/helper/report.hpp"

#include <systemd/sd-daemon.h>

#include <cstdio>

namespace hal0::helper {

void report_status(const std::string& text) { sd_notify(0, ("STATUS=" + text).c_str()); }

int report_failure(const std::string& reason, int status) {
    report_status(reason);
    std::fprintf(stderr, SD_ERR "%s\n", reason.c_str());
    return status;
}

void report_warning(const std::string& text) { std::fprintf(stderr, SD_WARNING "%s\n", text.c_str()); }

void extend_timeout(std::chrono::seconds time) {
    sd_notify(0, ("EXTEND_TIMEOUT_USEC=" + std::to_string(std::chrono::microseconds{time}.count())).c_str());
}

}  // namespace hal0::helper
