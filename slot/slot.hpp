#pragma once

#include "slot/arguments.hpp"
#include "slot/config.hpp"
#include "slot/profile.hpp"
#include "slot/shared.hpp"

#include <optional>
#include <string>
#include <variant>

namespace hal0::slot {

/// A slot's configuration with everything it leaves open decided: what a start would run.
struct Slot {
    SlotConfig config;
    Device device = Device::cpu;
    Shared<Profile> profile;
    ProviderId provider = ProviderId::llama_server;
};

/// Why a slot cannot run; and what its own file says, if that is right.
struct Refusal {
    Diagnostic reason;
    std::optional<SlotConfig> config{};
};

/// Decides device, profile and provider.
/// Device: the TOML's `device` or `backend`, else what the named profile is for, else `detected`, else gpu-vulkan
/// (design.md, 7: "cannot tell → vulkan"). Profile: the named one, else the default for type and device.
/// Errors: no such profile; a device that contradicts its profile; arguments that set host or port.
std::variant<Slot, Refusal> resolve(SlotConfig config, const Profiles& profiles, std::optional<Device> detected);

/// The name of the variable that stands for the model's arguments in a drop-in.
inline constexpr std::string_view model_args_variable = "$HAL0_MODEL_ARGS";

/// The layer for a model that is only known when the slot starts: one reference to HAL0_MODEL_ARGS.
Arguments model_arguments_at_start();

/// The model server's command line behind the image: what the provider needs, the model's layer, the profile's flags,
/// the slot's own keys, extra_args; the last of a flag given twice wins (http-api.md, 3).
MergedArguments server_command(const Slot& slot, const Arguments& model_layer);

/// The flags of a model's layer that something stronger sets: a start leaves them out of HAL0_MODEL_ARGS.
std::vector<std::string> flags_set_over_model(const Slot& slot);

}  // namespace hal0::slot
