#pragma once

#include "dbus-interfaces/loop/task.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <exception>
#include <functional>
#include <memory>

namespace hal0::service {

/// What a client is told of an exception: the one table from errors to D-Bus (dbus-interfaces/errors.hpp for our own kinds;
/// org.freedesktop.DBus.Error.* for calls that are wrong in themselves; Failed for what should not happen).
sdbus::Error bus_error(std::exception_ptr problem);

/// What `answer` returns, for a method that replies at once or refuses what it is given.
template <class Answer>
auto or_bus_error(Answer answer) {
    try {
        return answer();
    } catch (...) {
        throw bus_error(std::current_exception());
    }
}

/// Sends what `answer` sends. A client that has gone meanwhile gets nothing, and that is no error.
void send(const std::function<void()>& answer);

/// Answers a method call when the task has ended; then calls `answered`, if there is one.
inline void reply(sdbus::Result<>&& result, bus::Task<> task, std::function<void()> answered = {}) {
    const auto kept = std::make_shared<sdbus::Result<>>(std::move(result));
    bus::detach(std::move(task), [kept, answered](std::exception_ptr problem) {
        send([&] { problem ? kept->returnError(bus_error(problem)) : kept->returnResults(); });
        if (answered) answered();
    });
}

template <class T>
bus::Task<> take(bus::Task<T> task, std::shared_ptr<std::optional<T>> value) {
    *value = co_await std::move(task);
}

/// The same with the task's value.
template <class T>
void reply(sdbus::Result<T>&& result, bus::Task<T> task) {
    const auto kept = std::make_shared<sdbus::Result<T>>(std::move(result));
    const auto value = std::make_shared<std::optional<T>>();
    bus::detach(take(std::move(task), value), [kept, value](std::exception_ptr problem) {
        send([&] { problem ? kept->returnError(bus_error(problem)) : kept->returnResults(**value); });
    });
}

}  // namespace hal0::service
