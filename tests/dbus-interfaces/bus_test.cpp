// What hal0d and the bridge do with the bus, once, on a private bus, through bus.hpp: it compiles and works with the
// version of sdbus-c++ that there is.
#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/manager_adaptor.hpp"
#include "dbus-interfaces/manager_proxy.hpp"
#include "dbus-interfaces/models_adaptor.hpp"
#include "dbus-interfaces/models_proxy.hpp"
#include "dbus-interfaces/slot_adaptor.hpp"
#include "dbus-interfaces/slot_proxy.hpp"
#include "tests/dbus-interfaces/thing_adaptor.hpp"
#include "tests/dbus-interfaces/thing_proxy.hpp"

#include <gtest/gtest.h>

#include <poll.h>
#include <time.h>

#include <chrono>
#include <map>
#include <memory>

namespace hal0 {
namespace {

using namespace std::chrono_literals;

constexpr auto service = "dev.hal0.Test1";
constexpr auto root = "/dev/hal0/Test1";
constexpr auto path = "/dev/hal0/Test1/thing";
constexpr auto interface = "dev.hal0.Test1.Thing";

class Thing final : public sdbus::AdaptorInterfaces<dev::hal0::Test1::Thing_adaptor, sdbus::Properties_adaptor, sdbus::ManagedObject_adaptor> {
public:
    explicit Thing(sdbus::IConnection& connection) : AdaptorInterfaces(connection, sdbus::ObjectPath{path}) { registerAdaptor(); }
    ~Thing() { unregisterAdaptor(); }

    void set(const std::string& word) {
        word_ = word;
        emitPropertiesChangedSignal(interface, bus::props({"Word"}));
    }

private:
    void SetWord(sdbus::Result<>&& result, std::string word) override {
        if (word.empty()) return result.returnError(bus::error(names::error_name(slot::ErrorKind::invalid_name), "The word is empty."));
        set(word);
        result.returnResults();
    }
    std::string WhoAmI() override { return bus::sender(getObject()); }
    std::string Word() override { return word_; }

    std::string word_ = "first";
};

class ThingMirror final : public sdbus::ProxyInterfaces<dev::hal0::Test1::Thing_proxy, sdbus::Properties_proxy> {
public:
    explicit ThingMirror(sdbus::IConnection& connection)
        : ProxyInterfaces(connection, bus::ServiceName{service}, sdbus::ObjectPath{path}) {
        registerProxy();
    }
    ~ThingMirror() { unregisterProxy(); }
    sdbus::IProxy& proxy() { return getProxy(); }

    std::map<std::string, std::string> seen;
    std::string of;

private:
    void onPropertiesChanged(const bus::InterfaceName& changed, const std::map<bus::PropertyName, sdbus::Variant>& properties,
                             const std::vector<bus::PropertyName>&) override {
        of = changed;
        for (const auto& [name, value] : properties) seen[name] = value.get<std::string>();
    }
};

class Bus : public testing::Test {
protected:
    Bus() {
        bus::add_object_manager(*server_, sdbus::ObjectPath{root});
        thing_ = std::make_unique<Thing>(*server_);
        server_->requestName(bus::ServiceName{service});
    }

    /// Runs both ends in one loop, as hal0d's own runs them, until the condition holds; false after ten seconds.
    template <class Condition>
    bool run_until(Condition holds) {
        for (const auto end = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < end;) {
            while (bus::process_pending(*server_) || bus::process_pending(*client_)) {}
            if (holds()) return true;
            std::vector<pollfd> fds;
            for (const auto* connection : {server_.get(), client_.get()}) {
                const auto data = connection->getEventLoopPollData();
                fds.push_back({data.fd, data.events, 0});
            }
            poll(fds.data(), fds.size(), 100);
        }
        return false;
    }

    std::unique_ptr<sdbus::IConnection> server_ = sdbus::createSessionBusConnection();
    std::unique_ptr<sdbus::IConnection> client_ = sdbus::createSessionBusConnection();
    std::unique_ptr<Thing> thing_;
};

std::uint64_t monotonic_usec() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

TEST_F(Bus, AChangedPropertyReachesAProxy) {
    ThingMirror mirror{*client_};
    thing_->set("second");
    ASSERT_TRUE(run_until([&] { return !mirror.seen.empty(); }));
    EXPECT_EQ(mirror.of, interface);
    EXPECT_EQ(mirror.seen, (std::map<std::string, std::string>{{"Word", "second"}}));
}

TEST_F(Bus, AMatchHoldsAsLongAsItsHandle) {
    int matched = 0, everything = 0;
    std::string from, at;
    const std::string rule = "type='signal',interface='org.freedesktop.DBus.Properties',path='" + std::string{path} + "'";
    auto match = bus::add_match(*client_, rule, [&](sdbus::Message& message) {
        ++matched;
        from = bus::str(message.getSender());
        at = bus::str(message.getPath());
    });
    const auto other = bus::add_match(*client_, rule, [&](sdbus::Message&) { ++everything; });

    thing_->set("second");
    ASSERT_TRUE(run_until([&] { return matched == 1 && everything == 1; }));
    EXPECT_EQ(from, std::string{server_->getUniqueName()});
    EXPECT_EQ(at, path);

    match.reset();
    thing_->set("third");
    ASSERT_TRUE(run_until([&] { return everything == 2; }));
    EXPECT_EQ(matched, 1);
}

TEST_F(Bus, AnAsynchronousMethodRepliesOrFails) {
    ThingMirror mirror{*client_};
    std::string name, message;
    int replies = 0;
    const auto call = [&](const std::string& word) {
        mirror.proxy().callMethodAsync("SetWord").onInterface(interface).withArguments(word).uponReplyInvoke([&](bus::ReplyError error) {
            ++replies;
            name = error ? std::string{error->getName()} : "";
            message = error ? error->getMessage() : "";
        });
    };
    call("");
    ASSERT_TRUE(run_until([&] { return replies == 1; }));
    EXPECT_EQ(names::error_kind(name), slot::ErrorKind::invalid_name);
    EXPECT_EQ(message, "The word is empty.");

    call("second");
    ASSERT_TRUE(run_until([&] { return replies == 2; }));
    EXPECT_EQ(name, "");
}

TEST_F(Bus, AMethodKnowsWhoCalls) {
    ThingMirror mirror{*client_};
    std::string sender;
    mirror.proxy().callMethodAsync("WhoAmI").onInterface(interface).uponReplyInvoke(
        [&](bus::ReplyError error, const std::string& reply) { sender = error ? error->getMessage() : reply; });
    ASSERT_TRUE(run_until([&] { return !sender.empty(); }));
    EXPECT_EQ(sender, std::string{client_->getUniqueName()});
}

TEST_F(Bus, TheObjectManagerShowsObjectsBelowIt) {
    using Objects = std::map<sdbus::ObjectPath, std::map<std::string, std::map<std::string, sdbus::Variant>>>;
    const auto proxy = sdbus::createProxy(*client_, bus::ServiceName{service}, sdbus::ObjectPath{root});
    Objects seen;
    proxy->callMethodAsync("GetManagedObjects").onInterface("org.freedesktop.DBus.ObjectManager").uponReplyInvoke(
        [&](bus::ReplyError error, const Objects& reply) { seen = error ? Objects{} : reply; });
    ASSERT_TRUE(run_until([&] { return !seen.empty(); }));
    EXPECT_EQ(seen.at(sdbus::ObjectPath{path}).at(interface).at("Word").get<std::string>(), "first");

    std::string added;
    const auto match = bus::add_match(*client_, "type='signal',member='InterfacesAdded'", [&](sdbus::Message& message) {
        sdbus::ObjectPath object;
        message >> object;
        added = object;
    });
    thing_->emitInterfacesAddedSignal();
    ASSERT_TRUE(run_until([&] { return !added.empty(); }));
    EXPECT_EQ(added, path);
}

TEST_F(Bus, TheLoopIsToldWhenACallTimesOut) {
    ASSERT_TRUE(run_until([] { return true; }));
    EXPECT_EQ(bus::timeout_usec(client_->getEventLoopPollData()), UINT64_MAX) << "nothing is awaited";

    ThingMirror mirror{*client_};
    ASSERT_TRUE(run_until([] { return true; }));
    const auto before = monotonic_usec();
    std::string name;
    mirror.proxy().callMethodAsync("WhoAmI").onInterface(interface).withTimeout(300ms).uponReplyInvoke(
        [&](bus::ReplyError error, const std::string&) { name = error ? std::string{error->getName()} : "none"; });
    const auto until = bus::timeout_usec(client_->getEventLoopPollData());
    EXPECT_GE(until, before + 300'000);
    EXPECT_LE(until, monotonic_usec() + 300'000);

    while (name.empty() && monotonic_usec() < before + 10'000'000) {  // only the client runs: nobody answers
        const auto data = client_->getEventLoopPollData();
        pollfd fd{data.fd, data.events, 0};
        poll(&fd, 1, 20);
        while (bus::process_pending(*client_)) {}
    }
    EXPECT_EQ(name, "org.freedesktop.DBus.Error.NoReply");
    EXPECT_GE(monotonic_usec(), before + 300'000);
}

}  // namespace
}  // namespace hal0
