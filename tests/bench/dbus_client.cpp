// Measures hal0d and systemd as their clients on the system bus see them. Prints microseconds, one number a line.
//
//   dbus_client death RUNS SLOT PORT        from systemd's PropertiesChanged of a killed container's unit to hal0d's of the slot
//   dbus_client create COUNT                makes the slots bench-0, bench-1, ... at once; prints how often systemd reloaded, and then how
//                                           long it took
//   dbus_client objects RUNS                GetManagedObjects
//   dbus_client flood COUNT SLOT            one client has so many calls to unload the slot in flight: what another one waits for each of its own
//   dbus_client start RUNS                  from the start of hal0d's process until it owns its name
#include <poll.h>
#include <signal.h>
#include <systemd/sd-bus.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr auto hal0 = "dev.hal0.Slots1";
constexpr auto hal0_root = "/dev/hal0/Slots1";
constexpr auto manager = "dev.hal0.Slots1.Manager";
constexpr auto systemd = "org.freedesktop.systemd1";
constexpr auto systemd_root = "/org/freedesktop/systemd1";
constexpr std::uint64_t patience = 120'000'000;  // for anything, in microseconds

std::uint64_t now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(time.tv_nsec) / 1000;
}

/// Not an exception: most of this is called from sd-bus, which is C.
[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "dbus_client: %s\n", what.c_str());
    std::exit(1);
}

void check(int result, const char* what) {
    if (result < 0) fail(std::string{what} + ": " + std::strerror(-result));
}

struct Unref {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;

/// A connection of its own to the system bus, and what was said on it since.
class Client {
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

    /// Takes in all that has arrived.
    void process() const {
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

/// Takes in what is said to these clients, in this order, until the condition holds.
void wait_until(const std::vector<const Client*>& clients, const std::function<bool()>& condition, const char* what) {
    const auto end = now() + patience;
    while (true) {
        for (const auto* client : clients) client->process();
        if (condition()) return;
        if (now() > end) fail(std::string{"still not: "} + what);
        std::vector<pollfd> waiting;
        for (const auto* client : clients) waiting.push_back({sd_bus_get_fd(client->bus()), static_cast<short>(sd_bus_get_events(client->bus())), 0});
        poll(waiting.data(), waiting.size(), 100);
    }
}

/// Runs a shell command and returns the first line it prints.
std::string run(const std::string& command) {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
    char line[256] = "";
    if (!pipe || (!std::fgets(line, sizeof line, pipe.get()) && std::ferror(pipe.get()))) fail(command);
    const std::string text{line};
    return text.substr(0, text.find('\n'));
}

std::string encoded(const char* prefix, const std::string& name) {
    char* path = nullptr;
    check(sd_bus_path_encode(prefix, name.c_str(), &path), "sd_bus_path_encode");
    const std::unique_ptr<char, decltype(&std::free)> freed{path, &std::free};
    return path;
}

std::string changes_at(const std::string& path) {
    return "type='signal',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',path='" + path + "'";
}

/// The value of a string property in a PropertiesChanged signal; nothing if it did not change.
std::optional<std::string> changed(sd_bus_message* signal, std::string_view wanted) {
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

// --- what is measured -------------------------------------------------------------------------------------

void death(int runs, const std::string& slot, const std::string& port) {
    const auto unit = "hal0-slot@" + slot + ".service";
    Client raw, follower;
    std::string state;
    std::uint64_t said_by_systemd = 0, said_by_hal0d = 0;
    raw.call(systemd, systemd_root, "org.freedesktop.systemd1.Manager", "Subscribe");
    raw.match(changes_at(encoded("/org/freedesktop/systemd1/unit", unit)), [&](sd_bus_message* signal) {
        // systemd tells of a unit's other changes in the same words.
        const auto said = changed(signal, "SubState");
        if (said_by_systemd == 0 && said && *said != "running") said_by_systemd = now();
    });
    follower.match(changes_at(encoded("/dev/hal0/Slots1/slot", slot)), [&](sd_bus_message* signal) {
        const auto said = changed(signal, "State");
        if (!said) return;
        state = *said;
        if (said_by_hal0d == 0 && *said != "ready" && *said != "idle") said_by_hal0d = now();
    });
    follower.call(hal0, hal0_root, "org.freedesktop.DBus.Peer", "Ping");  // it runs
    for (int i = 0; i < runs; ++i) {
        state.clear();
        run("systemctl stop " + unit + "; systemctl reset-failed " + unit + " 2>/dev/null; systemctl start " + unit);
        wait_until({&raw, &follower}, [&] { return state == "ready" || state == "idle"; }, "the slot is ready");
        const auto server = std::atoi(run("pgrep --full -- '--port " + port + "( |$)'").c_str());
        if (server <= 1) fail("there is no server on port " + port);
        raw.process();
        follower.process();
        said_by_systemd = said_by_hal0d = 0;
        if (kill(server, SIGKILL) != 0) fail("the server cannot be killed");
        wait_until({&raw, &follower}, [&] { return said_by_systemd != 0 && said_by_hal0d != 0; }, "both have said that it ended");
        std::printf("%lld\n", static_cast<long long>(said_by_hal0d) - static_cast<long long>(said_by_systemd));
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
    client.call(hal0, hal0_root, "org.freedesktop.DBus.Peer", "Ping");  // it runs
    const auto begin = now();
    for (int i = 0; i < count; ++i)
        check(sd_bus_call_method_async(client.bus(), nullptr, hal0, hal0_root, manager, "CreateSlot", on_created, &left, "sa{sv}",
                                       ("bench-" + std::to_string(i)).c_str(), 3, "port", "x", std::int64_t{10'000 + i}, "profile", "s", "fault", "device", "s", "cpu"),
              "CreateSlot");
    wait_until({&client}, [&] { return left == 0; }, "all slots are made");
    std::printf("%d\n%llu\n", reloads, static_cast<unsigned long long>(now() - begin));
}

void objects(int runs) {
    Client client;
    for (int i = 0; i < runs; ++i) {
        const auto begin = now();
        client.call(hal0, hal0_root, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
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
    other.call(hal0, hal0_root, "org.freedesktop.DBus.Peer", "Ping");  // it runs
    for (int i = 0; i < count; ++i)
        check(sd_bus_call_method_async(many.bus(), nullptr, hal0, path.c_str(), "dev.hal0.Slots1.Slot", "Unload", on_answer, &left, "a{sv}", 0), "Unload");
    const auto end = now() + patience;
    while (left > 0) {
        many.process();
        const auto begin = now();
        other.call(hal0, path.c_str(), "dev.hal0.Slots1.Slot", "GetConfig");
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
        client.call(hal0, hal0_root, "org.freedesktop.DBus.Peer", "Ping");
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
