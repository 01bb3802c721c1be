#include "http-bridge/mirror/properties.hpp"

#include <type_traits>

namespace hal0::http {
namespace {

using sdbus::Struct;

/// The value of a property, if it is there and of this type.
class Reader {
public:
    explicit Reader(const bus::Dictionary& properties) : properties_(properties) {}

    template <class T, class Use>
    void read(const char* name, Use use) const {
        const auto found = properties_.find(name);
        if (found != properties_.end() && found->second.containsValueOfType<T>()) use(found->second.get<T>());
    }
    template <class T>
    void read(const char* name, T& into) const {
        read<T>(name, [&](T value) { into = std::move(value); });
    }
    /// `unknown` is how the property says that it is not known.
    template <class T>
    void read(const char* name, std::optional<T>& into, auto unknown) const {
        read<T>(name, [&](T value) { unknown(value) ? into.reset() : static_cast<void>(into = value); });
    }

private:
    const bus::Dictionary& properties_;
};

bool is_most(std::uint64_t value) { return value == UINT64_MAX; }
bool is_negative(double value) { return value < 0; }

void take_figures(Figures& figures, const Reader& reader) {
    reader.read("MemoryCurrent", figures.memory_bytes, is_most);
    reader.read("TokensPerSecond", figures.tokens_per_second, is_negative);
    reader.read("KvCacheUsage", figures.kv_cache_usage, is_negative);
    reader.read("RequestsDeferred", figures.requests_deferred);
}

void take_configuration(SlotRecord& slot, const Reader& reader) {
    reader.read("Name", slot.name);
    reader.read("Type", slot.type);
    reader.read("DefaultModel", slot.default_model);
    reader.read("Labels", slot.labels);
    reader.read("Device", slot.device);
    reader.read("Backend", slot.backend);
    reader.read("Provider", slot.provider);
    reader.read("Profile", slot.profile);
    reader.read("Image", slot.image);
    reader.read("Port", slot.port);
    reader.read("ContextSize", slot.context_size);
    reader.read("Enabled", slot.enabled);
    reader.read("Loaded", slot.loaded);
    reader.read("ExclusiveGroup", slot.exclusive_group);
    reader.read("IdleTimeout", slot.idle_timeout_s);
    reader.read("ConfigPath", slot.config_path);
    reader.read<bus::Dictionary>("Config", [&](const bus::Dictionary& config) { slot.config = bus::to_json(config); });
    const auto read_words = [&](const char* property, slot::SourcedWords& into) {
        reader.read<std::vector<Struct<std::string, std::vector<std::string>>>>(property, [&](const auto& runs) {
            into.clear();
            for (const auto& run : runs) into.emplace_back(run.template get<0>(), run.template get<1>());
        });
    };
    read_words("Command", slot.command);
    read_words("Overridden", slot.overridden);
}

void take_state(SlotRecord& slot, const Reader& reader) {
    reader.read("State", slot.state);
    reader.read("StateMessage", slot.message);
    reader.read("StateChangedAt", slot.state_changed_at);
    reader.read("Model", slot.model);
    reader.read("Models", slot.models);
    reader.read("RunningImage", slot.running_image);
    reader.read("ImageStatus", slot.image_status);
    reader.read("RequestsInFlight", slot.requests_in_flight);
    reader.read("Restarts", slot.restarts);
    reader.read("LastUsedAt", slot.last_used_at);
    reader.read("ActiveSince", slot.active_since);
    reader.read<Struct<std::string, std::uint32_t, std::uint32_t>>("Pull", [&](const auto& pull) { slot.pull = pull; });
    reader.read<std::vector<Struct<std::string, std::string, std::string>>>("Drift", [&](const auto& rows) { slot.drift.assign(rows.begin(), rows.end()); });
}

}  // namespace

void take_over(SlotRecord& slot, const bus::Dictionary& properties) {
    const Reader reader{properties};
    take_configuration(slot, reader);
    take_state(slot, reader);
    take_figures(slot.figures, reader);
    if (!slot.is_running()) slot.figures = {};
}

void take_over(HostRecord& host, const bus::Dictionary& properties) {
    const Reader reader{properties};
    reader.read("Version", host.version);
    reader.read<std::string>("Hardware", [&](const std::string& text) {
        const auto hardware = nlohmann::json::parse(text, nullptr, false);
        if (hardware.is_object()) host.hardware = hardware;
    });
    reader.read<std::vector<Struct<std::string, std::uint32_t, std::string>>>("Problems", [&](const auto& rows) { host.problems.assign(rows.begin(), rows.end()); });
    reader.read<std::vector<bus::Dictionary>>("Profiles", [&](const auto& rows) {
        host.profiles.clear();
        for (const auto& row : rows) host.profiles.push_back(bus::to_json(row));
    });
}

}  // namespace hal0::http
