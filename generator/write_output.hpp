#pragma once

#include "slot/plan.hpp"
#include "slot/result.hpp"

#include <optional>
#include <string>

namespace hal0::generator {

/// Writes the files and links of a plan below `folder`, each by a temporary name and a rename: nobody sees half of one, also
/// when two generators run at once. Returns the first thing that could not be done, if any.
std::optional<slot::Error> write_output(const std::string& folder, const slot::Plan& plan);

/// The same as text, for --dry-run.
std::string print_output(const slot::Output& output);

}  // namespace hal0::generator
