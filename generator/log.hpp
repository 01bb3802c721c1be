#pragma once

#include "slot/diagnostic.hpp"

#include <string>

namespace hal0::generator {

/// Where a generator may speak: the kernel's log under PID 1, because the journal may not run yet; stderr otherwise.
class Log {
public:
    explicit Log(bool under_pid1);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log();

    void write(const slot::Diagnostic& diagnostic) const;
    void error(const std::string& message) const;

private:
    void line(int level, const std::string& message) const;
    int kmsg_ = -1;
};

}  // namespace hal0::generator
