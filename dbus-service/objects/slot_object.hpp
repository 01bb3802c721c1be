#pragma once

#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/slot_adaptor.hpp"
#include "dbus-service/journal.hpp"
#include "dbus-service/objects/requests.hpp"
#include "dbus-service/objects/slot_properties.hpp"

#include <functional>
#include <optional>
#include <string>

namespace hal0::service {

/// One slot on the bus. It shows what it was last given and decides nothing.
class SlotObject final : public sdbus::AdaptorInterfaces<dev::hal0::Slots1::Slot_adaptor, sdbus::ManagedObject_adaptor, sdbus::Properties_adaptor> {
public:
    /// `answered` is called when no call of a method is under way any more.
    SlotObject(sdbus::IConnection& connection, slot::SlotName name, Requests& requests, std::function<void()> answered);
    ~SlotObject();

    /// Shows the slot for the first time. `since`: when it came into its state, CLOCK_REALTIME in microseconds.
    void show(SlotProperties properties, ServerState live, std::uint64_t since);
    /// Shows the slot as it is now: emits PropertiesChanged for what differs and StateChanged if the state does. Returns the
    /// transition, if there was one.
    std::optional<Transition> update(SlotProperties properties, ServerState live, std::uint64_t now);
    /// Says that it leaves the bus.
    void hide();
    /// Whether a call of a method is under way: its reply needs the object (sd-bus looks at the method's description).
    bool is_busy() const { return calls_ > 0; }

    const SlotProperties& properties() const { return shown_; }

private:
    std::string sender() const { return bus::sender(getObject()); }
    void answer(sdbus::Result<>&& result, const char* action, bus::Task<> task);

    void Load(sdbus::Result<>&& result, bus::Dictionary options) override;
    void Unload(sdbus::Result<>&& result, bus::Dictionary options) override;
    void Restart(sdbus::Result<>&& result, bus::Dictionary options) override;
    void Swap(sdbus::Result<>&& result, std::string model, bus::Dictionary options) override;
    void Update(sdbus::Result<>&& result, bus::Dictionary changes) override;
    void SetConfig(sdbus::Result<>&& result, std::string toml, bus::Dictionary options) override;
    void Delete(sdbus::Result<>&& result, bus::Dictionary options) override;
    void PullImage(sdbus::Result<>&& result, bus::Dictionary options) override;
    std::string GetConfig() override;
    std::vector<sdbus::Struct<std::string, std::string>> GetCommand() override;

    std::string Name() override { return name_.str(); }
    std::string Type() override { return shown_.type; }
    std::string State() override { return std::string{to_string(shown_.condition.state)}; }
    std::string StateMessage() override { return shown_.condition.message; }
    std::uint64_t StateChangedAt() override { return state_changed_at_; }
    std::string Model() override { return shown_.model; }
    std::string DefaultModel() override { return shown_.default_model; }
    std::vector<std::string> Models() override { return shown_.models; }
    std::string Device() override { return shown_.device; }
    std::string Backend() override { return shown_.backend; }
    std::string Provider() override { return shown_.provider; }
    std::string Profile() override { return shown_.profile; }
    std::string Image() override { return shown_.image; }
    std::uint16_t Port() override { return shown_.port; }
    std::uint32_t ContextSize() override { return shown_.context_size; }
    std::string RunningImage() override { return shown_.running_image; }
    std::string ImageStatus() override { return shown_.image_status; }
    sdbus::Struct<std::string, std::uint32_t, std::uint32_t> Pull() override { return sdbus::Struct<std::string, std::uint32_t, std::uint32_t>{shown_.pull}; }
    bool Enabled() override { return shown_.enabled; }
    bool Loaded() override { return shown_.loaded; }
    std::string ExclusiveGroup() override { return shown_.exclusive_group; }
    std::vector<std::string> Labels() override { return shown_.labels; }
    std::uint32_t IdleTimeout() override { return shown_.idle_timeout_s; }
    std::uint32_t RequestsInFlight() override { return shown_.requests_in_flight; }
    std::uint64_t LastUsedAt() override { return shown_.last_used_at; }
    std::uint64_t ActiveSince() override { return shown_.active_since; }
    std::uint32_t Restarts() override { return shown_.restarts; }
    bool NeedsRestart() override { return !shown_.drift.empty(); }
    std::vector<sdbus::Struct<std::string, std::string, std::string>> Drift() override { return {shown_.drift.begin(), shown_.drift.end()}; }
    std::string Unit() override { return unit_name(name_); }
    std::string ConfigPath() override;
    bus::Dictionary Config() override { return bus::to_dictionary(shown_.config); }
    std::vector<sdbus::Struct<std::string, std::vector<std::string>>> Command() override { return {shown_.command.begin(), shown_.command.end()}; }
    std::vector<sdbus::Struct<std::string, std::vector<std::string>>> Overridden() override { return {shown_.overridden.begin(), shown_.overridden.end()}; }
    std::uint64_t MemoryCurrent() override { return live_.memory_bytes == 0 ? UINT64_MAX : live_.memory_bytes; }  // what systemd says when it does not know
    std::uint64_t CPUUsageNSec() override { return live_.cpu_usage_nsec == 0 ? UINT64_MAX : live_.cpu_usage_nsec; }
    double TokensPerSecond() override { return live_.activity.tokens_per_second.value_or(-1); }
    std::uint32_t RequestsDeferred() override { return live_.activity.requests_deferred; }
    double KvCacheUsage() override { return live_.activity.kv_cache_usage.value_or(-1); }

    slot::SlotName name_;
    Requests& requests_;
    std::function<void()> answered_;
    int calls_ = 0;
    SlotProperties shown_;
    ServerState live_;
    std::uint64_t state_changed_at_ = 0;
};

}  // namespace hal0::service
