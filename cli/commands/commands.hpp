#pragma once

#include "cli/context.hpp"

// Of a command line's parser alone; each command is a subcommand that runs in its callback.
#include <CLI/CLI.hpp>

#include <string>

namespace hal0::cli {

/// `hal0` with all its commands. The context must outlive it.
void add_commands(CLI::App& hal0, Context& context);

void add_slot_list(CLI::App& slot, Context& context);
void add_slot_show(CLI::App& slot, Context& context);
void add_slot_status(CLI::App& slot, Context& context);
void add_slot_create(CLI::App& slot, Context& context);
void add_slot_load(CLI::App& slot, Context& context);
void add_slot_unload(CLI::App& slot, Context& context);
void add_slot_restart(CLI::App& slot, Context& context);
void add_slot_swap(CLI::App& slot, Context& context);
void add_slot_edit(CLI::App& slot, Context& context);
void add_slot_delete(CLI::App& slot, Context& context);
void add_slot_logs(CLI::App& slot, Context& context);
void add_model(CLI::App& hal0, Context& context);
void add_profile(CLI::App& hal0, Context& context);
void add_status(CLI::App& hal0, Context& context);
void add_completion(CLI::App& hal0, Context& context);

/// A command with its help and an example.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& what, const std::string& example);
/// A word that needs another one behind it: hal0 slot …
CLI::App* add_group(CLI::App& hal0, const std::string& name, const std::string& what);
/// A command's positional NAME, which must be one that a slot can have.
void add_slot_name(CLI::App& command, std::string& name);

/// A field of the API's answers as text, safe to show; `otherwise` where it is missing, null or empty.
std::string field(const Json& object, const std::string& key, const std::string& otherwise = "-");
/// A text field as it is, for a path or a comparison; empty where it is missing or null.
std::string raw_field(const Json& object, const std::string& key);

/// Prints a warning for each value that a running slot has and its file does not. @return how many
std::size_t print_drift(const Context& context, const Json& slot);

}  // namespace hal0::cli
