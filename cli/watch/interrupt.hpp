#pragma once

#include "slot/disk/descriptor.hpp"

namespace hal0::cli {

/// Ctrl-C as something that can be waited for, as long as this lives. Where the signal is ignored, as for a job in the
/// background, it stays so.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    /// Readable after Ctrl-C; -1: never.
    int fd() const { return signals_.fd(); }

private:
    disk::Descriptor signals_;
};

/// Ends the program as Ctrl-C would have, so that a shell's loop around it ends, too.
[[noreturn]] void end_by_interrupt();

}  // namespace hal0::cli
