// Measures hal0d and systemd as their clients on the system bus see them. Prints microseconds, one number a line.
//
//   dbus_client death RUNS SLOT PORT        from systemd's PropertiesChanged of a killed container's unit to hal0d's of the slot
//   dbus_client create COUNT                makes the slots bench-0, bench-1, ... at once; prints how often systemd reloaded, and then how
//                                           long it took
//   dbus_client objects RUNS                GetManagedObjects
//   dbus_client flood COUNT SLOT            one client has so many calls to unload the slot in flight: what another one waits for each of its own
//   dbus_client start RUNS                  from the start of hal0d's process until it owns its name
#include "bus_client.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace hal0::bench;

namespace {

constexpr auto hal0d = "dev.hal0.Slots1";
constexpr auto hal0_root = "/dev/hal0/Slots1";
constexpr auto manager = "dev.hal0.Slots1.Manager";

// --- what is measured -------------------------------------------------------------------------------------

void death(int runs, const std::string& slot, const std::string& port) {
    const auto unit = "hal0-slot@" + slot + ".service";
    UnitDeath death{unit};
    Client follower;
    std::string state;
    std::uint64_t said_by_hal0d = 0;
    follower.match(changes_at(encoded("/dev/hal0/Slots1/slot", slot)), [&](sd_bus_message* signal) {
        const auto said = changed(signal, "State");
        if (!said) return;
        state = *said;
        if (said_by_hal0d == 0 && *said != "ready" && *said != "idle") said_by_hal0d = now();
    });
    follower.call(hal0d, hal0_root, "org.freedesktop.DBus.Peer", "Ping");  // it runs
    for (int i = 0; i < runs; ++i) {
        state.clear();
        start_slot(unit);
        wait_until({&death.client(), &follower}, [&] { return state == "ready" || state == "idle"; }, "the slot is ready");
        death.forget();
        follower.process();
        said_by_hal0d = 0;
        kill_server(port);
        wait_until({&death.client(), &follower}, [&] { return death.said_at() != 0 && said_by_hal0d != 0; }, "both have said that it ended");
        std::printf("%lld\n", static_cast<long long>(said_by_hal0d) - static_cast<long long>(death.said_at()));
    }
    run("systemctl stop " + unit);
}

/// One answer to a CreateSlot.
int on_created(sd_bus_message* answer, void* left, sd_bus_error*) {
    if (const auto* error = sd_bus_message_get_error(answer)) fail(error->message);
    --*static_cast<int*>(left);
    return 0;
}

void create(int count) {
    Client client;
    int reloads = 0, left = count;
    client.call(systemd, systemd_root, "org.freedesktop.systemd1.Manager", "Subscribe");
    client.match("type='signal',interface='org.freedesktop.systemd1.Manager',member='Reloading'", [&](sd_bus_message* signal) {
        int begins = 0;
        check(sd_bus_message_read(signal, "b", &begins), "Reloading");
        reloads += begins;
    });
    client.call(hal0d, hal0_root, "org.freedesktop.DBus.Peer", "Ping");  // it runs
    const auto begin = now();
    for (int i = 0; i < count; ++i)
        check(sd_bus_call_method_async(client.bus(), nullptr, hal0d, hal0_root, manager, "CreateSlot", on_created, &left, "sa{sv}",
                                       ("bench-" + std::to_string(i)).c_str(), 3, "port", "x", std::int64_t{10'000 + i}, "profile", "s", "fault", "device", "s", "cpu"),
              "CreateSlot");
    wait_until({&client}, [&] { return left == 0; }, "all slots are made");
    std::printf("%d\n%llu\n", reloads, static_cast<unsigned long long>(now() - begin));
}

void objects(int runs) {
    Client client;
    for (int i = 0; i < runs; ++i) {
        const auto begin = now();
        client.call(hal0d, hal0_root, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
        std::printf("%llu\n", static_cast<unsigned long long>(now() - begin));
    }
}

/// One answer of many, whatever it is.
int on_answer(sd_bus_message*, void* left, sd_bus_error*) {
    --*static_cast<int*>(left);
    return 0;
}

void flood(int count, const std::string& slot) {
    Client many, other;
    const auto path = encoded("/dev/hal0/Slots1/slot", slot);
    int left = count;
    other.call(hal0d, hal0_root, "org.freedesktop.DBus.Peer", "Ping");  // it runs
    for (int i = 0; i < count; ++i)
        check(sd_bus_call_method_async(many.bus(), nullptr, hal0d, path.c_str(), "dev.hal0.Slots1.Slot", "Unload", on_answer, &left, "a{sv}", 0), "Unload");
    const auto end = now() + patience;
    while (left > 0) {
        many.process();
        const auto begin = now();
        other.call(hal0d, path.c_str(), "dev.hal0.Slots1.Slot", "GetConfig");
        std::printf("%llu\n", static_cast<unsigned long long>(now() - begin));
        if (now() > end) fail("not all calls are answered");
    }
}

void start(int runs) {
    Client client;
    std::uint64_t owned = 0;
    client.match("type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='dev.hal0.Slots1'", [&](sd_bus_message* signal) {
        const char *name = nullptr, *before = nullptr, *after = nullptr;
        check(sd_bus_message_read(signal, "sss", &name, &before, &after), "NameOwnerChanged");
        if (*after != '\0') owned = now();
    });
    for (int i = 0; i < runs; ++i) {
        run("systemctl stop hal0d; systemctl reset-failed hal0d 2>/dev/null");
        client.process();
        owned = 0;
        client.call(hal0d, hal0_root, "org.freedesktop.DBus.Peer", "Ping");
        wait_until({&client}, [&] { return owned != 0; }, "it owns its name");
        const auto began = std::strtoull(run("systemctl show --value --property=ExecMainStartTimestampMonotonic hal0d").c_str(), nullptr, 10);
        std::printf("%llu\n", static_cast<unsigned long long>(owned - began));
    }
}

int measure(std::string_view what, const std::vector<std::string>& arguments) {
    const auto count = arguments.empty() ? 0 : std::atoi(arguments[0].c_str());
    if (count < 1) return 2;
    if (what == "death" && arguments.size() == 3) death(count, arguments[1], arguments[2]);
    else if (what == "create") create(count);
    else if (what == "objects") objects(count);
    else if (what == "flood" && arguments.size() == 2) flood(count, arguments[1]);
    else if (what == "start") start(count);
    else return 2;
    return 0;
}

}  // namespace

int main(int argc, char* argv[]) { return argc < 3 ? 2 : measure(argv[1], {argv + 2, argv + argc}); }
