#pragma once

#include "generator/options.hpp"

#include <string>

namespace hal0::generator {

/// Reads, plans and writes (or prints) once. Returns the exit status: 0 also when single slots are wrong.
int generate(const std::string& root, const Options& options, bool under_pid1);

}  // namespace hal0::generator
