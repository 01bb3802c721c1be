#include "dbus-service/objects/slot_object.hpp"

#include "dbus-interfaces/names.hpp"
#include "dbus-service/objects/arguments.hpp"
#include "dbus-service/objects/options.hpp"
#include "dbus-service/objects/reply.hpp"
#include "slot/disk/paths.hpp"

#include <fmt/format.h>

namespace hal0::service {
namespace {

using Names = std::vector<bus::PropertyName>;

/// The D-Bus properties that follow from a member, beside the member.
template <class... Property>
void compare(Names& changed, const SlotProperties& before, const SlotProperties& now, auto member, Property... property) {
    if (before.*member == now.*member) return;
    (changed.emplace_back(property), ...);
}

Names changed_properties(const SlotProperties& before, const SlotProperties& now) {
    using P = SlotProperties;
    Names changed;
    const auto look = [&](auto member, auto... property) { compare(changed, before, now, member, property...); };
    if (before.condition.state != now.condition.state) changed.insert(changed.end(), {bus::PropertyName{"State"}, bus::PropertyName{"StateChangedAt"}});
    if (before.condition.message != now.condition.message) changed.emplace_back("StateMessage");
    look(&P::type, "Type");
    look(&P::model, "Model");
    look(&P::default_model, "DefaultModel");
    look(&P::models, "Models");
    look(&P::device, "Device");
    look(&P::backend, "Backend");
    look(&P::provider, "Provider");
    look(&P::profile, "Profile");
    look(&P::image, "Image");
    look(&P::port, "Port");
    look(&P::context_size, "ContextSize");
    look(&P::running_image, "RunningImage");
    look(&P::image_status, "ImageStatus");
    look(&P::pull, "Pull");
    look(&P::enabled, "Enabled");
    look(&P::loaded, "Loaded");
    look(&P::exclusive_group, "ExclusiveGroup");
    look(&P::labels, "Labels");
    look(&P::idle_timeout_s, "IdleTimeout");
    look(&P::requests_in_flight, "RequestsInFlight");
    look(&P::last_used_at, "LastUsedAt");
    look(&P::active_since, "ActiveSince");
    look(&P::restarts, "Restarts");
    look(&P::drift, "Drift", "NeedsRestart");
    look(&P::config, "Config");
    look(&P::command, "Command");
    look(&P::overridden, "Overridden");
    return changed;
}

}  // namespace

SlotObject::SlotObject(sdbus::IConnection& connection, slot::SlotName name, Requests& requests, std::function<void()> answered)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{names::slot_path(name)}), name_(std::move(name)), requests_(requests), answered_(std::move(answered)) {}

SlotObject::~SlotObject() { unregisterAdaptor(); }

void SlotObject::show(SlotProperties properties, ServerState live, std::uint64_t since) {
    shown_ = std::move(properties);
    live_ = std::move(live);
    state_changed_at_ = since;
    registerAdaptor();
    emitInterfacesAddedSignal();
}

std::optional<Transition> SlotObject::update(SlotProperties properties, ServerState live, std::uint64_t now) {
    live_ = std::move(live);
    const auto changed = changed_properties(shown_, properties);
    if (changed.empty()) return std::nullopt;
    const auto before = std::exchange(shown_, std::move(properties)).condition.state;
    const bool moved = before != shown_.condition.state;
    if (moved) state_changed_at_ = now;
    emitPropertiesChangedSignal(bus::InterfaceName{names::slot_interface}, changed);
    if (!moved) return std::nullopt;
    emitStateChanged(std::string{to_string(before)}, State(), StateMessage(), now);
    return Transition{name_, before, shown_.condition};
}

void SlotObject::hide() { emitInterfacesRemovedSignal(); }

std::string SlotObject::ConfigPath() { return fmt::format("{}/{}.toml", disk::slots_folder, name_.str()); }

// --- methods ---------------------------------------------------------------------------------------------

void SlotObject::answer(sdbus::Result<>&& result, const char* action, bus::Task<> task) {
    ++calls_;
    reply(std::move(result), requests_.authorization.guard(sender(), action, std::move(task)), [this] {
        if (--calls_ == 0) answered_();
    });
}

void SlotObject::Load(sdbus::Result<>&& result, bus::Dictionary options) {
    Options given{options};
    auto model = given.take<std::string>("model");
    given.end();
    if (model) model = text(*std::move(model));
    answer(std::move(result), names::control_action, requests_.operations.load(name_, model));
}

void SlotObject::Unload(sdbus::Result<>&& result, bus::Dictionary options) {
    Options{options}.end();
    answer(std::move(result), names::control_action, requests_.operations.unload(name_));
}

void SlotObject::Restart(sdbus::Result<>&& result, bus::Dictionary options) {
    Options{options}.end();
    answer(std::move(result), names::control_action, requests_.operations.restart(name_));
}

void SlotObject::Swap(sdbus::Result<>&& result, std::string model, bus::Dictionary options) {
    Options given{options};
    const bool persist = given.take<bool>("persist").value_or(true);
    given.end();
    answer(std::move(result), names::control_action, requests_.operations.swap(name_, text(std::move(model)), persist));
}

void SlotObject::Update(sdbus::Result<>&& result, bus::Dictionary changes) {
    answer(std::move(result), names::configure_action, requests_.operations.update(name_, configuration(changes)));
}

void SlotObject::SetConfig(sdbus::Result<>&& result, std::string toml, bus::Dictionary options) {
    Options given{options};
    auto replaces = given.take<std::string>("replaces");
    given.end();
    if (replaces) replaces = text(*std::move(replaces));
    answer(std::move(result), names::configure_action, requests_.operations.set_config(name_, text(std::move(toml)), std::move(replaces)));
}

void SlotObject::Delete(sdbus::Result<>&& result, bus::Dictionary options) {
    Options{options}.end();
    answer(std::move(result), names::configure_action, requests_.operations.remove(name_));
}

void SlotObject::PullImage(sdbus::Result<>&& result, bus::Dictionary options) {
    Options{options}.end();
    answer(std::move(result), names::control_action, requests_.operations.pull(name_));
}

std::string SlotObject::GetConfig() {
    return or_bus_error([&] { return requests_.operations.config_text(name_); });
}

std::vector<sdbus::Struct<std::string, std::string>> SlotObject::GetCommand() {
    return or_bus_error([&] {
        std::vector<sdbus::Struct<std::string, std::string>> words;
        for (const auto& [source, run] : requests_.operations.command(name_))
            for (const auto& word : run) words.emplace_back(word, source);
        return words;
    });
}

}  // namespace hal0::service
