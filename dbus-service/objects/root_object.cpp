#include "dbus-service/objects/root_object.hpp"

#include "dbus-interfaces/names.hpp"
#include "dbus-interfaces/operation_failed.hpp"
#include "dbus-service/objects/arguments.hpp"
#include "dbus-service/objects/reply.hpp"
#include "slot/disk/paths.hpp"

#include <fmt/format.h>

#include <string_view>

namespace hal0::service {
namespace {

bus::Task<sdbus::ObjectPath> path_of(bus::Task<slot::SlotName> made) {
    const auto name = co_await std::move(made);
    co_return sdbus::ObjectPath{names::slot_path(name)};
}

std::string_view text_of(const std::optional<slot::SourceFile>& file) { return file ? std::string_view{file->text} : ""; }

}  // namespace

RootObject::RootObject(sdbus::IConnection& connection, const Catalog& catalog, Requests& requests, std::string hardware)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{names::root_path}), catalog_(catalog), requests_(requests), probed_(std::move(hardware)),
      hardware_(hardware_now()), problems_(problems_now()), profiles_(catalog.plan().profiles), registry_(text_of(catalog.registry_file())) {
    registerAdaptor();
}

RootObject::~RootObject() { unregisterAdaptor(); }

std::string RootObject::hardware_now() const {
    const auto& file = catalog_.hardware();
    const bool usable = file && file->problem.empty() && nlohmann::json::accept(file->text);
    return usable ? nlohmann::json::parse(file->text).dump() : probed_;
}

std::vector<RootObject::Problem> RootObject::problems_now() const {
    std::vector<Problem> problems;
    for (const auto& [severity, place, key, message] : catalog_.problems())
        problems.emplace_back(place.file, place.line, key.empty() ? message : fmt::format("{}: {}", key, message));
    return problems;
}

void RootObject::files_changed() {
    std::vector<bus::PropertyName> changed;
    if (auto now = hardware_now(); now != hardware_) {
        hardware_ = std::move(now);
        changed.emplace_back("Hardware");
    }
    if (auto now = problems_now(); now != problems_) {
        problems_ = std::move(now);
        changed.emplace_back("Problems");
    }
    if (profiles_ != catalog_.plan().profiles) {
        profiles_ = catalog_.plan().profiles;
        changed.emplace_back("Profiles");
    }
    if (!changed.empty()) emitPropertiesChangedSignal(bus::InterfaceName{names::manager_interface}, changed);
    if (const auto now = text_of(catalog_.registry_file()); now != registry_) {
        registry_ = now;
        emitChanged();
    }
}

// --- dev.hal0.Slots1.Manager -----------------------------------------------------------------------------

std::vector<bus::Dictionary> RootObject::Profiles() {
    std::vector<bus::Dictionary> rows;
    for (const auto& [name, profile] : profiles_) rows.push_back(bus::to_dictionary(to_json(*profile, disk::shipped_profiles_path)));
    return rows;
}

void RootObject::CreateSlot(sdbus::Result<sdbus::ObjectPath>&& result, std::string name, bus::Dictionary config) {
    reply(std::move(result), requests_.authorization.guard(bus::sender(getObject()), names::configure_action,
                                                           path_of(requests_.operations.create(text(std::move(name)), configuration(config)))));
}

sdbus::ObjectPath RootObject::GetSlot(const std::string& name) {
    return or_bus_error([&] {
        const auto wanted = slot::SlotName::parse(name);
        if (!wanted) throw bus::OperationFailed{slot::ErrorKind::invalid_name, wanted.error()};
        if (!catalog_.find(*wanted)) throw bus::OperationFailed{slot::ErrorKind::no_such_slot, fmt::format("there is no slot {}", wanted->str())};
        return sdbus::ObjectPath{names::slot_path(*wanted)};
    });
}

void RootObject::Reload(sdbus::Result<>&& result) {
    reply(std::move(result), requests_.authorization.guard(bus::sender(getObject()), names::configure_action, requests_.operations.reload()));
}

std::string RootObject::Version() { return HAL0_VERSION; }

// --- dev.hal0.Slots1.Models ------------------------------------------------------------------------------

void RootObject::List(sdbus::Result<std::vector<bus::Dictionary>>&& result) { reply(std::move(result), list()); }

bus::Task<std::vector<bus::Dictionary>> RootObject::list() {
    requests_.operations.read_files();
    std::vector<bus::Dictionary> models;
    const auto rows = co_await requests_.model_files.list();
    for (const auto& row : rows) models.push_back(bus::to_dictionary(row));
    co_return models;
}

void RootObject::Add(sdbus::Result<>&& result, std::string id, bus::Dictionary properties) {
    reply(std::move(result), requests_.authorization.guard(bus::sender(getObject()), names::configure_action,
                                                           requests_.operations.add_model(text(std::move(id)), configuration(properties))));
}

void RootObject::Remove(sdbus::Result<>&& result, std::string id) {
    reply(std::move(result), requests_.authorization.guard(bus::sender(getObject()), names::configure_action, requests_.operations.remove_model(text(std::move(id)))));
}

}  // namespace hal0::service
