#include "http-bridge/calls/hal0d.hpp"

#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/loop/bus_call.hpp"
#include "dbus-interfaces/names.hpp"
#include "dbus-interfaces/operation_failed.hpp"
#include "dbus-interfaces/variant_json.hpp"
#include "http-bridge/http/answer.hpp"

#include <fmt/format.h>

namespace hal0::http {
namespace {

const bus::Dictionary no_options;

/// What hal0d or the bus says, as what a route throws.
[[noreturn]] void rethrow(const sdbus::Error& error) {
    if (const auto kind = names::error_kind(error.getName())) throw bus::OperationFailed{*kind, error.getMessage()};
    const std::string name = error.getName();
    // These hal0d says itself, of a call that it does not take.
    if (name == "org.freedesktop.DBus.Error.InvalidArgs") throw Refused{422, "validation.invalid", error.getMessage(), {{"fields", nlohmann::json::array()}}};
    if (name == "org.freedesktop.DBus.Error.UnknownObject" || name == "org.freedesktop.DBus.Error.UnknownMethod")
        throw bus::OperationFailed{slot::ErrorKind::no_such_slot, "there is no such slot any more"};
    if (name == "org.freedesktop.DBus.Error.LimitsExceeded") throw Refused{503, "system.busy", error.getMessage()};
    if (name == "org.freedesktop.DBus.Error.AccessDenied")
        throw Refused{403, "auth.forbidden", fmt::format("the bus does not let the bridge call hal0d: {}", error.getMessage())};
    // hal0d answered: with what nobody has thought of, or, a newer one, with a kind of its own.
    if (name == "org.freedesktop.DBus.Error.Failed" || name.starts_with(names::error_prefix))
        throw Refused{500, "system.internal", fmt::format("something went wrong in hal0d: {}; see journalctl -u hal0d", error.getMessage())};
    throw Refused{503, "system.dbus_unavailable", fmt::format("hal0d cannot be reached: {}; see systemctl status hal0d", error.getMessage())};
}

template <class T>
bus::Task<T> translated(bus::Task<T> call) {
    try {
        co_return co_await std::move(call);
    } catch (const sdbus::Error& error) {
        rethrow(error);
    }
}

/// The object of a slot; a name that is none has no object.
std::string path_of(const std::string& name) {
    const auto valid = slot::SlotName::parse(name);
    if (!valid) throw bus::OperationFailed{slot::ErrorKind::no_such_slot, "there is no slot of that name"};
    return names::slot_path(*valid);
}

}  // namespace

template <class... Arguments>
bus::Task<> Hal0d::ask_slot(std::string name, std::string method, Arguments... arguments) {
    const auto slot = proxies_.at(names::service, path_of(name));
    co_await translated(bus::call_void(*slot, names::slot_interface, method, arguments...));
}

template <class... Arguments>
bus::Task<> Hal0d::ask_root(std::string interface, std::string method, Arguments... arguments) {
    const auto root = proxies_.at(names::service, names::root_path);
    co_await translated(bus::call_void(*root, interface, method, arguments...));
}

bus::Task<> Hal0d::create(std::string name, nlohmann::json config) {
    const auto root = proxies_.at(names::service, names::root_path);
    const auto wanted = bus::to_dictionary(config);
    co_await translated(bus::call<sdbus::ObjectPath>(*root, names::manager_interface, "CreateSlot", name, wanted));
}

bus::Task<> Hal0d::load(std::string name, std::optional<std::string> model) {
    bus::Dictionary options;
    if (model) options.emplace("model", sdbus::Variant{*model});
    co_await ask_slot(name, "Load", options);
}

bus::Task<> Hal0d::unload(std::string name) { co_await ask_slot(name, "Unload", no_options); }

bus::Task<> Hal0d::restart(std::string name) { co_await ask_slot(name, "Restart", no_options); }

bus::Task<> Hal0d::swap(std::string name, std::string model, bool persist) {
    const bus::Dictionary options{{"persist", sdbus::Variant{persist}}};
    co_await ask_slot(name, "Swap", model, options);
}

bus::Task<> Hal0d::update(std::string name, nlohmann::json changes) {
    const auto wanted = bus::to_dictionary(changes);
    co_await ask_slot(name, "Update", wanted);
}

bus::Task<> Hal0d::set_config(std::string name, std::string toml, std::optional<std::string> replaces) {
    bus::Dictionary options;
    if (replaces) options.emplace("replaces", sdbus::Variant{*replaces});
    co_await ask_slot(name, "SetConfig", toml, options);
}

bus::Task<> Hal0d::remove(std::string name) { co_await ask_slot(name, "Delete", no_options); }

bus::Task<> Hal0d::pull(std::string name) { co_await ask_slot(name, "PullImage", no_options); }

bus::Task<std::string> Hal0d::config_text(std::string name) {
    const auto slot = proxies_.at(names::service, path_of(name));
    co_return co_await translated(bus::call<std::string>(*slot, names::slot_interface, "GetConfig"));
}

bus::Task<> Hal0d::add_model(std::string id, nlohmann::json properties) {
    const auto wanted = bus::to_dictionary(properties);
    co_await ask_root(names::models_interface, "Add", id, wanted);
}

bus::Task<> Hal0d::remove_model(std::string id) { co_await ask_root(names::models_interface, "Remove", id); }

}  // namespace hal0::http
