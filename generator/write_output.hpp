#pragma once

#include "slot/plan.hpp"
#include "slot/result.hpp"

#include <string>

namespace hal0::generator {

/// Writes files and links below `folder`, each by a temporary name and a rename: nobody sees half of one, also when two
/// generators run at once. Returns the number written, or the first thing that could not be done.
slot::Result<std::size_t> write_output(const std::string& folder, const slot::Output& output);

/// The same as text, for --dry-run.
std::string print_output(const slot::Output& output);

}  // namespace hal0::generator
