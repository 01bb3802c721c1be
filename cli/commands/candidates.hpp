#pragma once

// CLI11's tree of commands is what can be typed.
#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace hal0::cli {

/// What the last word of a command line may become: commands, options, and for their values what `look_up` knows of
/// "NAME" (slots), "MODEL", "PROFILE". @param words behind `hal0`; the last is what has been typed of it, maybe nothing
std::vector<std::string> candidates(const CLI::App& hal0, const std::vector<std::string>& words, const std::function<std::vector<std::string>(const std::string&)>& look_up);

/// The script for a shell (bash, zsh, fish): it asks `hal0 __complete WORD...`.
std::string completion_script(const std::string& shell);

}  // namespace hal0::cli
