#include "slot/container.hpp"

#include "slot/shell_words.hpp"
#include "slot/unit_text.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace hal0::slot {
namespace {

/// What holds for every slot, some options a line; none of them has anything to escape.
std::vector<std::string> common_options(const Slot& slot) {
    return {
        // The container lives and dies with the unit: in its cgroup, named after it, gone when it stops.
        "--rm --replace --name=" + container_name(slot.config.name),
        "--detach --cgroups=split --sdnotify=conmon --log-driver=passthrough",
        // prepare has pulled the image and shown its progress; here a missing one is an error, not a silent wait.
        "--pull=never --no-healthcheck",
        fmt::format("--stop-timeout={}", stop_grace_s(slot.config)),
        "--cap-drop=all --security-opt=no-new-privileges --read-only --tmpfs=/tmp --env=HOME=/tmp",
    };
}

/// What its profile needs.
std::vector<std::string> profile_options(const Slot& slot, const std::string& store) {
    std::vector<std::string> options;
    for (const auto& option : slot.profile->security) options.push_back("--security-opt=" + option);
    options.push_back(slot.profile->network == Network::host ? "--network=host" : fmt::format("--publish=127.0.0.1:{0}:{0}", slot.config.port));
    options.push_back(fmt::format("--volume={0}:{0}:ro", store));
    return options;
}

std::string argument_line(const Argument& argument) {
    if (argument.is_variable) return argument.flag;
    std::string line = argument.flag.empty() ? "" : exec_word(argument.flag);
    for (const auto& value : argument.values) {
        if (!line.empty()) line += ' ';
        line += exec_word(value);
    }
    return line;
}

}  // namespace

std::string device_option(std::string_view device) { return fmt::format("--device={}", device); }

std::string group_option(std::string_view group) { return fmt::format("--group-add={}", group); }

std::uint32_t stop_grace_s(const SlotConfig& config) {
    return config.stop_timeout_s > 3 ? config.stop_timeout_s - 2 : 1;
}

std::string container_command(const Slot& slot, const std::string& model_store) {
    std::string command = "podman run";
    const auto add = [&](std::string_view line) { command.append(" \\\n    ").append(line); };
    for (const auto& line : common_options(slot)) add(line);
    for (const auto& option : profile_options(slot, model_store)) add(exec_word(option));
    if (!slot.profile->devices.empty()) add("$HAL0_DEVICE_ARGS");
    if (!slot.profile->groups.empty()) add("$HAL0_GROUP_ARGS");
    add(exec_word(slot.profile->image));
    for (const auto& argument : server_command(slot, model_arguments_at_start()).kept) add(argument_line(argument));
    return command;
}

std::vector<std::string> container_options(const Slot& slot, const std::string& model_store) {
    std::vector<std::string> options;
    for (const auto& line : common_options(slot)) {
        auto words = *split_shell_words(line);
        std::move(words.begin(), words.end(), std::back_inserter(options));
    }
    for (auto& option : profile_options(slot, model_store)) options.push_back(std::move(option));
    for (const auto& device : slot.profile->devices) options.push_back(device_option(device));
    for (const auto& group : slot.profile->groups) options.push_back(group_option(group));
    return options;
}

}  // namespace hal0::slot
