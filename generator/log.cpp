#include "generator/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdio>

namespace hal0::generator {

Log::Log(bool under_pid1) {
    if (under_pid1) kmsg_ = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

Log::~Log() {
    if (kmsg_ >= 0) close(kmsg_);
}

void Log::write(const slot::Diagnostic& diagnostic) const {
    line(diagnostic.severity == slot::Severity::error ? LOG_ERR : LOG_WARNING, to_string(diagnostic));
}

void Log::error(const std::string& message) const { line(LOG_ERR, message); }

void Log::line(int level, const std::string& message) const {
    if (kmsg_ >= 0) {
        // One write is one record (Documentation/ABI/testing/dev-kmsg); a longer one than a kilobyte is refused.
        const auto record = fmt::format("<{}>hal0-generator[{}]: {}", level, getpid(), message.substr(0, 900));
        if (::write(kmsg_, record.data(), record.size()) >= 0) return;
    }
    fmt::print(stderr, "hal0-generator: {}{}\n", level == LOG_WARNING ? "warning: " : "", message);
}

}  // namespace hal0::generator
