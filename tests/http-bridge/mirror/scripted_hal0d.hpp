#pragma once

#include "dbus-interfaces/loop/loop.hpp"

#include <systemd/sd-bus.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace hal0::http {

/// A stand-in for hal0d on the session bus, on the test's loop: it shows what the test puts into it, and does nothing by itself.
class ScriptedHal0d {
public:
    struct Slot {
        std::string state = "offline", message = {}, model = "tiny", default_model = "tiny", provider = {};
        std::uint64_t active_since = 0;
        std::tuple<std::string, std::uint32_t, std::uint32_t> pull = {};
    };

    explicit ScriptedHal0d(bus::Loop& loop);
    ScriptedHal0d(const ScriptedHal0d&) = delete;
    ScriptedHal0d& operator=(const ScriptedHal0d&) = delete;
    ~ScriptedHal0d();

    /// What it shows from now on; a signal tells of it.
    void put(const std::string& name, const Slot& slot);
    void remove(const std::string& name);
    void set_version(const std::string& version);
    void set_models(const std::vector<std::string>& ids);

    const std::map<std::string, Slot>& slots() const { return slots_; }
    const std::string& version() const { return version_; }
    const std::vector<std::string>& models() const { return models_; }

    /// Called with each method (GetAll, List, Load, …) that it is called with, before and behind its answer. A method of a slot is
    /// answered with nothing.
    std::function<void(const std::string& method)> before_answer = [](const std::string&) {}, after_answer = before_answer;
    std::vector<std::string> calls;  // their methods
    std::optional<std::pair<std::string, std::string>> refusal;  // name and sentence: how each method is answered instead

private:
    struct UnrefBus {
        void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
    };
    struct UnrefMessage {
        void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
    };
    using Message = std::unique_ptr<sd_bus_message, UnrefMessage>;

    static int on_message(sd_bus_message* message, void* self, sd_bus_error*);
    void answer(sd_bus_message* call);
    Message reply_to(sd_bus_message* call, const std::string& method) const;
    Message signal(const std::string& path, const char* interface, const char* member) const;
    void send(const Message& message) const;

    std::unique_ptr<sd_bus, UnrefBus> bus_;
    std::map<std::string, Slot> slots_;
    std::string version_ = "1";
    std::vector<std::string> models_;
};

}  // namespace hal0::http
