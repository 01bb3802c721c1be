#pragma once

#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/variant_json.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace hal0::service {

/// The options of a method call: each is taken once, and what is left at the end is refused.
class Options {
public:
    explicit Options(bus::Dictionary& given) : given_(given) {}

    template <class T>
    std::optional<T> take(const std::string& name) {
        const auto found = given_.extract(name);
        if (found.empty()) return std::nullopt;
        if (!found.mapped().containsValueOfType<T>()) wrong(fmt::format("option {} has the wrong type {}", name, found.mapped().peekValueType()));
        return found.mapped().get<T>();
    }

    void end() const {
        // The name is the client's own; it is not echoed, for it may be long or hold anything.
        if (!given_.empty()) wrong("there is an option that this method does not know");
    }

private:
    [[noreturn]] static void wrong(const std::string& message) { throw bus::error("org.freedesktop.DBus.Error.InvalidArgs", message); }
    bus::Dictionary& given_;
};

}  // namespace hal0::service
