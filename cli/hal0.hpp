#pragma once

#include <string>
#include <vector>

namespace hal0::cli {

/// Runs a command line, without the program's name. @return the exit status: 0 done, 1 failed, 2 wrong usage
int run(std::vector<std::string> words);

}  // namespace hal0::cli
