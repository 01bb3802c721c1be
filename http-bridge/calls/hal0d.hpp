#pragma once

#include "dbus-interfaces/loop/proxies.hpp"
#include "dbus-interfaces/loop/task.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace hal0::http {

/// What is asked of hal0d, which is activated if it does not run. On the loop thread. Each call throws bus::OperationFailed with
/// hal0d's own sentence if it is refused, or Refused (503) if nobody can be reached.
class Hal0d {
public:
    explicit Hal0d(bus::Proxies& proxies) : proxies_(proxies) {}

    bus::Task<> create(std::string name, nlohmann::json config);
    bus::Task<> load(std::string name, std::optional<std::string> model);
    bus::Task<> unload(std::string name);
    bus::Task<> restart(std::string name);
    bus::Task<> swap(std::string name, std::string model, bool persist);
    bus::Task<> update(std::string name, nlohmann::json changes);
    bus::Task<> set_config(std::string name, std::string toml, std::optional<std::string> replaces);
    bus::Task<> remove(std::string name);
    bus::Task<> pull(std::string name);
    bus::Task<std::string> config_text(std::string name);

    bus::Task<> add_model(std::string id, nlohmann::json properties);
    bus::Task<> remove_model(std::string id);

private:
    template <class... Arguments>
    bus::Task<> ask_slot(std::string name, std::string method, Arguments... arguments);
    template <class... Arguments>
    bus::Task<> ask_root(std::string interface, std::string method, Arguments... arguments);

    bus::Proxies& proxies_;
};

}  // namespace hal0::http
