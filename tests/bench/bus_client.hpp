// A client of the system bus that measures; for those that watch hal0d or systemd.
#pragma once

#include "measure.hpp"

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::bench {

inline constexpr auto systemd = "org.freedesktop.systemd1";
inline constexpr auto systemd_root = "/org/freedesktop/systemd1";

inline void check(int result, const char* what) {
    if (result < 0) fail(std::string{what} + ": " + std::strerror(-result));
}

struct Unref {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;

/// A connection of its own to the system bus, and what was said on it since.
class Client final : public Source {
public:
    using Hear = std::function<void(sd_bus_message*)>;

    Client() {
        sd_bus* made = nullptr;
        check(sd_bus_open_system(&made), "the system bus");
        bus_.reset(made);
    }

    sd_bus* bus() const { return bus_.get(); }

    void match(const std::string& rule, Hear hear) {
        heard_.push_back(std::make_unique<Hear>(std::move(hear)));
        check(sd_bus_add_match(bus(), nullptr, rule.c_str(), on_message, heard_.back().get()), rule.c_str());
    }

    pollfd waits_for() const override { return {sd_bus_get_fd(bus()), static_cast<short>(sd_bus_get_events(bus())), 0}; }
    void process() override {
        int more = 1;
        while (more > 0) check(more = sd_bus_process(bus(), nullptr), "sd_bus_process");
    }

    Message call(const char* service, const char* path, const char* interface, const char* method) const {
        sd_bus_message* answer = nullptr;
        check(sd_bus_call_method(bus(), service, path, interface, method, nullptr, &answer, ""), method);
        return Message{answer};
    }

private:
    static int on_message(sd_bus_message* message, void* hear, sd_bus_error*) {
        (*static_cast<Hear*>(hear))(message);
        return 0;
    }

    std::unique_ptr<sd_bus, Unref> bus_;
    std::vector<std::unique_ptr<Hear>> heard_;
};

inline std::string encoded(const char* prefix, const std::string& name) {
    char* path = nullptr;
    check(sd_bus_path_encode(prefix, name.c_str(), &path), "sd_bus_path_encode");
    const std::unique_ptr<char, decltype(&std::free)> freed{path, &std::free};
    return path;
}

inline std::string changes_at(const std::string& path) {
    return "type='signal',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',path='" + path + "'";
}

/// The value of a string property in a PropertiesChanged signal; nothing if it did not change.
inline std::optional<std::string> changed(sd_bus_message* signal, std::string_view wanted) {
    check(sd_bus_message_skip(signal, "s"), "PropertiesChanged");
    check(sd_bus_message_enter_container(signal, 'a', "{sv}"), "PropertiesChanged");
    while (sd_bus_message_enter_container(signal, 'e', "sv") > 0) {
        const char *name = nullptr, *value = nullptr;
        check(sd_bus_message_read(signal, "s", &name), "PropertiesChanged");
        if (name == wanted) {
            check(sd_bus_message_read(signal, "v", "s", &value), "PropertiesChanged");
            return value;
        }
        check(sd_bus_message_skip(signal, "v"), "PropertiesChanged");
        check(sd_bus_message_exit_container(signal), "PropertiesChanged");
    }
    return {};
}

/// When systemd said, as one of its clients hears it, that a slot's container has ended.
class UnitDeath {
public:
    explicit UnitDeath(const std::string& unit) {
        client_.call(systemd, systemd_root, "org.freedesktop.systemd1.Manager", "Subscribe");
        client_.match(changes_at(encoded("/org/freedesktop/systemd1/unit", unit)), [this](sd_bus_message* signal) {
            // systemd tells of a unit's other changes in the same words.
            const auto said = changed(signal, "SubState");
            if (said_at_ == 0 && said && *said != "running") said_at_ = now();
        });
    }
    UnitDeath(const UnitDeath&) = delete;
    UnitDeath& operator=(const UnitDeath&) = delete;

    Client& client() { return client_; }
    /// In microseconds of now(); 0: it has not yet.
    std::uint64_t said_at() const { return said_at_; }
    /// Forgets it, and what has arrived so far.
    void forget() {
        client_.process();
        said_at_ = 0;
    }

private:
    Client client_;
    std::uint64_t said_at_ = 0;
};

}  // namespace hal0::bench
