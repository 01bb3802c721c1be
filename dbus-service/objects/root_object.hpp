#pragma once

#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/manager_adaptor.hpp"
#include "dbus-interfaces/models_adaptor.hpp"
#include "dbus-service/catalog.hpp"
#include "dbus-service/objects/requests.hpp"

#include <string>
#include <vector>

namespace hal0::service {

/// /dev/hal0/Slots1: the slots as a set, and the model registry.
class RootObject final : public sdbus::AdaptorInterfaces<dev::hal0::Slots1::Manager_adaptor, dev::hal0::Slots1::Models_adaptor,
                                                         sdbus::ObjectManager_adaptor, sdbus::Properties_adaptor> {
public:
    /// `hardware` is what the host's probe saw, as JSON; /etc/hal0/hardware.json wins over it.
    RootObject(sdbus::IConnection& connection, const Catalog& catalog, Requests& requests, std::string hardware);
    ~RootObject();

    /// The files were read again: emits what changed.
    void files_changed();
    /// What is known of the models' files is something else now.
    void model_files_changed() { emitChanged(); }

private:
    using Problem = sdbus::Struct<std::string, std::uint32_t, std::string>;  // file, line, message

    void CreateSlot(sdbus::Result<sdbus::ObjectPath>&& result, std::string name, bus::Dictionary config) override;
    sdbus::ObjectPath GetSlot(const std::string& name) override;
    void Reload(sdbus::Result<>&& result) override;
    std::string Version() override;
    std::string Hardware() override { return hardware_; }
    std::vector<Problem> Problems() override { return problems_; }
    std::vector<bus::Dictionary> Profiles() override;

    void List(sdbus::Result<std::vector<bus::Dictionary>>&& result) override;
    bus::Task<std::vector<bus::Dictionary>> list();
    void Add(sdbus::Result<>&& result, std::string id, bus::Dictionary properties) override;
    void Remove(sdbus::Result<>&& result, std::string id) override;

    std::string hardware_now() const;
    std::vector<Problem> problems_now() const;

    const Catalog& catalog_;
    Requests& requests_;
    const std::string probed_;
    std::string hardware_;
    std::vector<Problem> problems_;
    slot::Profiles profiles_;
    std::string registry_;  // its text
};

}  // namespace hal0::service
