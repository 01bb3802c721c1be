#pragma once

#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/loop/task.hpp"

#include <string>
#include <variant>

namespace hal0::bus {

namespace detail {

template <class T>
T value_of(std::variant<T, sdbus::Error> reply) {
    if (auto* error = std::get_if<sdbus::Error>(&reply)) throw *std::move(error);
    return std::get<T>(std::move(reply));
}

}  // namespace detail

/// Calls a method and awaits its one return value. Throws sdbus::Error, also when nobody answers in time.
template <class T, class... Arguments>
Task<T> call(sdbus::IProxy& proxy, std::string interface, std::string method, Arguments... arguments) {
    using Reply = std::variant<T, sdbus::Error>;
    Callback<Reply> replied{[&](Callback<Reply>::Resume resume) {
        proxy.callMethodAsync(method.c_str()).onInterface(interface.c_str()).withArguments(arguments...).uponReplyInvoke(
            [resume](ReplyError error, const T& value) { resume(error ? Reply{*error} : Reply{value}); });
    }};
    co_return detail::value_of<T>(co_await replied);
}

/// Calls a method that returns nothing.
template <class... Arguments>
Task<> call_void(sdbus::IProxy& proxy, std::string interface, std::string method, Arguments... arguments) {
    using Reply = std::variant<std::monostate, sdbus::Error>;
    Callback<Reply> replied{[&](Callback<Reply>::Resume resume) {
        proxy.callMethodAsync(method.c_str()).onInterface(interface.c_str()).withArguments(arguments...).uponReplyInvoke(
            [resume](ReplyError error) { resume(error ? Reply{*error} : Reply{}); });
    }};
    detail::value_of<std::monostate>(co_await replied);
}

}  // namespace hal0::bus
