#include "slot/container.hpp"

#include "slot/unit_text.hpp"

#include <fmt/format.h>

namespace hal0::slot {
namespace {

/// podman's options, a line each: what holds for every slot, then what its profile needs.
std::vector<std::string> podman_options(const Slot& slot, const std::string& store) {
    const auto& profile = *slot.profile;
    std::vector<std::string> lines = {
        // The container lives and dies with the unit: in its cgroup, named after it, gone when it stops.
        "--rm --replace --name=" + container_name(slot.config.name),
        "--detach --cgroups=split --sdnotify=conmon --log-driver=passthrough",
        // prepare has pulled the image and shown its progress; here a missing one is an error, not a silent wait.
        "--pull=never --no-healthcheck",
        fmt::format("--stop-timeout={}", stop_grace_s(slot.config)),
        "--cap-drop=all --security-opt=no-new-privileges --read-only --tmpfs=/tmp --env=HOME=/tmp",
    };
    for (const auto& option : profile.security) lines.push_back(exec_word("--security-opt=" + option));
    if (profile.network == Network::host)
        lines.emplace_back("--network=host");
    else
        lines.push_back(fmt::format("--publish=127.0.0.1:{0}:{0}", slot.config.port));
    lines.push_back(exec_word(fmt::format("--volume={0}:{0}:ro", store)));
    if (!profile.devices.empty()) lines.emplace_back("$HAL0_DEVICE_ARGS");
    if (!profile.groups.empty()) lines.emplace_back("$HAL0_GROUP_ARGS");
    return lines;
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

std::uint32_t stop_grace_s(const SlotConfig& config) {
    return config.stop_timeout_s > 3 ? config.stop_timeout_s - 2 : 1;
}

std::string container_command(const Slot& slot, const std::string& model_store) {
    std::string command = "podman run";
    const auto add = [&](const std::string& line) { command.append(" \\\n    ").append(line); };
    for (const auto& line : podman_options(slot, model_store)) add(line);
    add(exec_word(slot.profile->image));
    for (const auto& argument : server_command(slot, model_arguments_at_start()).kept) add(argument_line(argument));
    return command;
}

}  // namespace hal0::slot
