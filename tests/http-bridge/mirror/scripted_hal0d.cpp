#include "scripted_hal0d.hpp"

#include "dbus-interfaces/names.hpp"

namespace hal0::http {
namespace {

using bus::checked;

std::string object_path(const std::string& name) { return names::slot_path_prefix + name; }

void append_text(sd_bus_message* to, const char* name, const std::string& value) { checked(sd_bus_message_append(to, "{sv}", name, "s", value.c_str()), name); }

/// a{sv}
void append_slot(sd_bus_message* to, const std::string& name, const ScriptedHal0d::Slot& slot) {
    checked(sd_bus_message_open_container(to, 'a', "{sv}"), "open");
    append_text(to, "Name", name);
    append_text(to, "State", slot.state);
    append_text(to, "StateMessage", slot.message);
    append_text(to, "Model", slot.model);
    append_text(to, "DefaultModel", slot.default_model);
    append_text(to, "Provider", slot.provider);
    checked(sd_bus_message_append(to, "{sv}", "ActiveSince", "t", slot.active_since), "ActiveSince");
    const auto& [state, layer, layers] = slot.pull;
    checked(sd_bus_message_append(to, "{sv}", "Pull", "(suu)", state.c_str(), layer, layers), "Pull");
    checked(sd_bus_message_close_container(to), "close");
}

/// a{sa{sv}}
void append_interfaces(sd_bus_message* to, const std::string& name, const ScriptedHal0d::Slot& slot) {
    checked(sd_bus_message_open_container(to, 'a', "{sa{sv}}"), "open");
    checked(sd_bus_message_open_container(to, 'e', "sa{sv}"), "open");
    checked(sd_bus_message_append(to, "s", names::slot_interface), "interface");
    append_slot(to, name, slot);
    checked(sd_bus_message_close_container(to), "close");
    checked(sd_bus_message_close_container(to), "close");
}

void append_manager(sd_bus_message* to, const std::string& version) { checked(sd_bus_message_append(to, "a{sv}", 1, "Version", "s", version.c_str()), "Version"); }

}  // namespace

ScriptedHal0d::ScriptedHal0d(bus::Loop& loop) {
    sd_bus* opened = nullptr;
    checked(sd_bus_open_user(&opened), "sd_bus_open_user");
    bus_.reset(opened);
    checked(sd_bus_add_filter(bus_.get(), nullptr, on_message, this), "sd_bus_add_filter");
    checked(sd_bus_attach_event(bus_.get(), loop.event(), 0), "sd_bus_attach_event");
    checked(sd_bus_request_name(bus_.get(), names::service, 0), "sd_bus_request_name");
}

// The next test may find nobody of that name: the bus has to know that it is free.
ScriptedHal0d::~ScriptedHal0d() { sd_bus_release_name(bus_.get(), names::service); }

void ScriptedHal0d::put(const std::string& name, const Slot& slot) {
    const bool is_new = !slots_.contains(name);
    slots_.insert_or_assign(name, slot);
    if (is_new) {
        const auto added = signal(names::root_path, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded");
        checked(sd_bus_message_append(added.get(), "o", object_path(name).c_str()), "path");
        append_interfaces(added.get(), name, slot);
        return send(added);
    }
    const auto changed = signal(object_path(name), "org.freedesktop.DBus.Properties", "PropertiesChanged");
    checked(sd_bus_message_append(changed.get(), "s", names::slot_interface), "interface");
    append_slot(changed.get(), name, slot);
    checked(sd_bus_message_append(changed.get(), "as", 0), "invalidated");
    send(changed);
}

void ScriptedHal0d::remove(const std::string& name) {
    slots_.erase(name);
    const auto removed = signal(names::root_path, "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved");
    checked(sd_bus_message_append(removed.get(), "oas", object_path(name).c_str(), 1, names::slot_interface), "interfaces");
    send(removed);
}

void ScriptedHal0d::set_version(const std::string& version) {
    version_ = version;
    const auto changed = signal(names::root_path, "org.freedesktop.DBus.Properties", "PropertiesChanged");
    checked(sd_bus_message_append(changed.get(), "s", names::manager_interface), "interface");
    append_manager(changed.get(), version);
    checked(sd_bus_message_append(changed.get(), "as", 0), "invalidated");
    send(changed);
}

void ScriptedHal0d::set_models(const std::vector<std::string>& ids) {
    models_ = ids;
    send(signal(names::root_path, names::models_interface, "Changed"));
}

int ScriptedHal0d::on_message(sd_bus_message* message, void* self, sd_bus_error*) {
    if (sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0) return 0;
    static_cast<ScriptedHal0d*>(self)->answer(message);
    return 1;
}

void ScriptedHal0d::answer(sd_bus_message* call) {
    const std::string method = sd_bus_message_get_member(call);
    calls.push_back(method);
    before_answer(method);
    send(reply_to(call, method));
    after_answer(method);
}

ScriptedHal0d::Message ScriptedHal0d::reply_to(sd_bus_message* call, const std::string& method) const {
    sd_bus_message* made = nullptr;
    if (refusal) {
        checked(sd_bus_message_new_method_errorf(call, &made, refusal->first.c_str(), "%s", refusal->second.c_str()), "sd_bus_message_new_method_errorf");
        return Message{made};
    }
    checked(sd_bus_message_new_method_return(call, &made), "sd_bus_message_new_method_return");
    Message reply{made};
    if (method == "GetAll") append_manager(made, version_);
    if (method == "List") {
        checked(sd_bus_message_open_container(made, 'a', "a{sv}"), "open");
        for (const auto& id : models_) checked(sd_bus_message_append(made, "a{sv}", 1, "id", "s", id.c_str()), "model");
        checked(sd_bus_message_close_container(made), "close");
    }
    if (method == "GetManagedObjects") {
        checked(sd_bus_message_open_container(made, 'a', "{oa{sa{sv}}}"), "open");
        for (const auto& [name, slot] : slots_) {
            checked(sd_bus_message_open_container(made, 'e', "oa{sa{sv}}"), "open");
            checked(sd_bus_message_append(made, "o", object_path(name).c_str()), "path");
            append_interfaces(made, name, slot);
            checked(sd_bus_message_close_container(made), "close");
        }
        checked(sd_bus_message_close_container(made), "close");
    }
    return reply;
}

ScriptedHal0d::Message ScriptedHal0d::signal(const std::string& path, const char* interface, const char* member) const {
    sd_bus_message* made = nullptr;
    checked(sd_bus_message_new_signal(bus_.get(), &made, path.c_str(), interface, member), "sd_bus_message_new_signal");
    return Message{made};
}

void ScriptedHal0d::send(const Message& message) const { checked(sd_bus_send(bus_.get(), message.get(), nullptr), "sd_bus_send"); }

}  // namespace hal0::http
