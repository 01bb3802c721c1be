#include "slot/create.hpp"

#include "slot/client_config.hpp"
#include "slot/judge.hpp"
#include "slot/ranges.hpp"
#include "slot/text.hpp"
#include "slot/write_config.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;
using Problem = std::optional<OperationError>;

Json without_nulls(const Json& config) {
    auto given = Json::object();
    for (const auto& [key, value] : config.items())
        if (!value.is_null()) given[key] = value.is_object() ? without_nulls(value) : value;
    return given;
}

/// Decides what a client's configuration of a new slot leaves open.
class Creation {
public:
    Creation(const Plan& plan, SlotName name, Json config, std::optional<Device> detected, const std::set<std::uint16_t>& host_ports)
        : plan_(plan), name_(std::move(name)), config_(std::move(config)), detected_(detected), host_ports_(host_ports) {}

    Result<NewSlot, OperationError> create() {
        for (const auto step : {&Creation::spell_name, &Creation::spell_model, &Creation::spell_device, &Creation::choose_port, &Creation::choose_device})
            if (auto problem = (this->*step)()) return *std::move(problem);
        return NewSlot{name_, toml_of_slot(config_)};
    }

private:
    Problem spell_name() {
        if (config_.contains("slot")) return invalid_config("slot: is not a key of its own: a slot's keys are given without it");
        if (text_at(config_, "name") == name_.str()) config_.erase("name");
        return std::nullopt;
    }

    Problem spell_model() {
        if (const auto id = text_at(config_, "model")) config_["model"] = Json{{"default", *id}};
        if (!config_.contains("model") || !config_["model"].is_object()) return std::nullopt;
        auto& model = config_["model"];
        const auto old = model.find("ctx_size");
        if (old == model.end()) return std::nullopt;
        if (model.contains("context_size") && model["context_size"] != *old)
            return invalid_config("model.ctx_size: contradicts model.context_size, which is the same setting");
        model["context_size"] = std::exchange(*old, nullptr);
        model.erase("ctx_size");
        return std::nullopt;
    }

    /// A wrong word stays, for judge() to say what is allowed.
    Problem spell_device() {
        const auto word = text_at(config_, "backend");
        const auto backend = word ? parse_word<Backend>(*word) : std::nullopt;
        if (!backend) return std::nullopt;
        const std::string device{to_string(device_of(*backend))};
        if (config_.contains("device") && config_["device"] != device) {
            const auto named = text_at(config_, "device");
            return named ? Problem{invalid_config(fmt::format("backend: {} contradicts device = {}", slot::in_quotes(*word), slot::in_quotes(*named)))} : std::nullopt;
        }
        config_["device"] = device;
        config_.erase("backend");
        return std::nullopt;
    }

    Problem choose_port() {
        if (const auto* given = find(config_, "port")) {
            if (!host_has(*given)) return std::nullopt;
            return OperationError{ErrorKind::port_in_use, fmt::format("port: {} is taken by another program on this host: choose another one", given->dump())};
        }
        const auto& settings = plan_.settings;
        for (std::uint32_t port = settings.port_range_start; port <= settings.port_range_end; ++port)
            if (is_free(static_cast<std::uint16_t>(port))) {
                config_["port"] = port;
                return std::nullopt;
            }
        return OperationError{ErrorKind::no_free_port,
                              fmt::format("no port from {} to {} is free: name one, or widen the range in hal0.toml ([slots] port_range_start, port_range_end)",
                                          settings.port_range_start, settings.port_range_end)};
    }

    /// A slot's port is told as such, even while the slot itself listens on it.
    bool host_has(const Json& port) const {
        if (!port.is_number_integer() || !ranges::port.contains(port.get<std::int64_t>())) return false;
        const auto number = port.get<std::uint16_t>();
        return host_ports_.contains(number) && !other_owner(plan_, number, name_);
    }

    bool is_free(std::uint16_t port) const { return port != bridge_port && !host_ports_.contains(port) && !other_owner(plan_, port, name_); }

    /// Written down, so that the slot does not move to other hardware with the next probe.
    Problem choose_device() {
        auto verdict = judged();
        if (const auto* slot = std::get_if<Slot>(&verdict); slot && !config_.contains("device") && !config_.contains("profile")) {
            config_["device"] = to_string(slot->device);
            verdict = judged();
        }
        const auto* objection = std::get_if<Objection>(&verdict);
        return objection ? Problem{{objection->kind, sentence(objection->diagnostic)}} : std::nullopt;
    }

    std::variant<Slot, Objection> judged() const { return judge(plan_, name_, file(), toml_of_slot(config_), detected_); }
    std::string file() const { return name_.str() + ".toml"; }

    /// Without the place in a file that the client has never seen.
    std::string sentence(Diagnostic problem) const {
        if (problem.place.file == file()) problem.place = {};
        return to_string(problem);
    }

    const Plan& plan_;
    SlotName name_;
    Json config_;
    std::optional<Device> detected_;
    const std::set<std::uint16_t>& host_ports_;
};

}  // namespace

Result<NewSlot, OperationError> new_slot(const Plan& plan, std::string_view name, const Json& config, std::optional<Device> detected,
                                         const std::set<std::uint16_t>& host_ports) {
    const auto parsed = SlotName::parse(name);
    if (!parsed) return OperationError{ErrorKind::invalid_name, parsed.error()};
    if (const auto* existing = find(plan, *parsed)) return OperationError{ErrorKind::slot_exists, fmt::format("there is a slot {} already: {}", name, existing->file)};
    if (plan.slots.size() >= most_slots) return invalid_config(fmt::format("there are {} slots already, the most that there can be", most_slots));
    if (auto problem = unacceptable(config)) return *std::move(problem);
    return Creation{plan, *parsed, without_nulls(config), detected, host_ports}.create();
}

}  // namespace hal0::slot
