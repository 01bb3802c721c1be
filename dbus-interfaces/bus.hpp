#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The only file that knows which major version of sdbus-c++ there is: 1 (Debian 12) or 2 (Debian 13, HAL0_SDBUSCPP_V2).
/// What is not here is the same in both, written like this: sdbus::Variant{x}, variant.get<T>(), sdbus::ObjectPath{"/a"},
/// generated adaptors and proxies with registerAdaptor() and registerProxy(), and never moved.
namespace hal0::bus {

// Names are std::string in version 1. In 2 each has a type of its own, a std::string still, but made explicitly.
// ReplyError is the first parameter of what takes the reply to an asynchronous call; `if (error)` and `error->` do in both.
#ifdef HAL0_SDBUSCPP_V2
using sdbus::InterfaceName, sdbus::MethodName, sdbus::PropertyName, sdbus::ServiceName, sdbus::SignalName;
using ErrorName = sdbus::Error::Name;
using ReplyError = std::optional<sdbus::Error>;
#else
using InterfaceName = std::string;
using MethodName = std::string;
using PropertyName = std::string;
using ServiceName = std::string;
using SignalName = std::string;
using ErrorName = std::string;
using ReplyError = const sdbus::Error*;
#endif

/// The error's name has a type in 2.
inline sdbus::Error error(const std::string& name, const std::string& text) { return {ErrorName{name}, text}; }

/// For emitPropertiesChangedSignal(): 2 does not make names of literals.
inline std::vector<PropertyName> props(std::initializer_list<const char*> names) { return {names.begin(), names.end()}; }

/// Answers org.freedesktop.DBus.ObjectManager at `path` as long as the connection lives; 1 asks to be told so.
inline void add_object_manager(sdbus::IConnection& connection, const sdbus::ObjectPath& path) {
#ifdef HAL0_SDBUSCPP_V2
    connection.addObjectManager(path);
#else
    connection.addObjectManager(path, sdbus::floating_slot);
#endif
}

/// Calls `handler` for messages that match, until the handle goes; it must go before the connection does.
/// Throws sdbus::Error if the bus does not take the rule. The message comes by value in 2, and the handle must be asked for.
[[nodiscard]] inline sdbus::Slot add_match(sdbus::IConnection& connection, const std::string& rule,
                                           std::function<void(sdbus::Message&)> handler) {
#ifdef HAL0_SDBUSCPP_V2
    return connection.addMatch(rule, [run = std::move(handler)](sdbus::Message message) { run(message); }, sdbus::return_slot);
#else
    return connection.addMatch(rule, std::move(handler));
#endif
}

/// What a message says of itself, message.getPath() and the like: 2 gives a null pointer where it says nothing.
inline std::string str(const char* text) { return text ? text : ""; }
inline std::string str(std::string text) { return text; }

/// The unique name of who sent the message whose handler runs now, of an object or a proxy. Only in a handler: in 2 there
/// must be such a message, an assertion says so. It is a pointer in 1.
template <class ObjectOrProxy>
std::string sender(const ObjectOrProxy& object) {
#ifdef HAL0_SDBUSCPP_V2
    return str(object.getCurrentlyProcessedMessage().getSender());
#else
    return str(object.getCurrentlyProcessedMessage()->getSender());
#endif
}

/// For a loop of one's own, on PollData of getEventLoopPollData(): when to process at the latest, CLOCK_MONOTONIC in
/// microseconds, UINT64_MAX: not before something comes. 2 counts in std::chrono. (And it has an eventFd, of use when
/// other threads make calls, too; in 1 none may.)
inline std::uint64_t timeout_usec(const sdbus::IConnection::PollData& poll) {
#ifdef HAL0_SDBUSCPP_V2
    return poll.timeout == std::chrono::microseconds::max() ? UINT64_MAX : static_cast<std::uint64_t>(poll.timeout.count());
#else
    return poll.timeout_usec;
#endif
}

/// Dispatches one message; false if there was none. Another name in each version.
inline bool process_pending(sdbus::IConnection& connection) {
#ifdef HAL0_SDBUSCPP_V2
    return connection.processPendingEvent();
#else
    return connection.processPendingRequest();
#endif
}

}  // namespace hal0::bus

namespace sdbus {

/// What a message may have in one dictionary or list of variants. Each becomes an object of a kilobyte and more, whatever it holds, so
/// that a call of three megabytes would cost its service a quarter of a gigabyte, before anybody has looked at who sent it.
inline constexpr std::size_t most_variants = 4096;

namespace detail {

/// Reads elements with `next`, which is false at the end.
template <class Next>
Message& read_at_most(Message& message, const char* signature, Next next) {
    if (!message.enterContainer(signature)) return message;
    for (std::size_t count = 0; next(); ++count)
        if (count == most_variants)
            throw hal0::bus::error("org.freedesktop.DBus.Error.LimitsExceeded", "a dictionary or list has more than " + std::to_string(most_variants) + " elements");
    message.clearFlags();
    message.exitContainer();
    return message;
}

}  // namespace detail

/// These stand before the library's own templates for the same types, wherever it takes the arguments of a call apart.
inline Message& operator>>(Message& message, std::map<std::string, Variant>& items) {
    return detail::read_at_most(message, "{sv}", [&] {
        if (!message.enterDictEntry("sv")) return false;
        std::string key;
        Variant value;
        message >> key >> value;
        items.emplace(std::move(key), std::move(value));
        message.exitDictEntry();
        return true;
    });
}

inline Message& operator>>(Message& message, std::vector<Variant>& items) {
    return detail::read_at_most(message, "v", [&] {
        Variant element;
        if (!(message >> element)) return false;
        items.push_back(std::move(element));
        return true;
    });
}

}  // namespace sdbus
