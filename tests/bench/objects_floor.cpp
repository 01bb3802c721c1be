// What GetManagedObjects costs any service that is written with libsystemd: objects whose properties have hal0d's names and types, and
// answer with constants; lists are empty. Prints microseconds, one number a line.
// usage: objects_floor OBJECTS RUNS NAME:TYPE...     on the bus of $DBUS_SYSTEM_BUS_ADDRESS
#include "bus_client.hpp"

#include <malloc.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace hal0::bench;

namespace {

constexpr auto root = "/dev/hal0/Slots1";

struct Property {
    std::string name, type;
};

/// Appends a value of the type that the property has: `property` is a pointer to it.
int append(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* property, sd_bus_error*) {
    const auto& type = static_cast<const Property*>(property)->type;
    constexpr std::uint64_t number = 0;
    if (type == "s") return sd_bus_message_append_basic(reply, 's', "localhost/x");
    if (type == "(suu)") return sd_bus_message_append(reply, "(suu)", "", 0, 0);
    if (type.size() == 1) return sd_bus_message_append_basic(reply, type[0], &number);
    if (type[0] != 'a') fail("no constant of type " + type);
    check(sd_bus_message_open_container(reply, 'a', type.c_str() + 1), "sd_bus_message_open_container");
    return sd_bus_message_close_container(reply);
}

/// sd-bus adds a property's offset to the object's user data: here the distance to it in `properties`.
std::vector<sd_bus_vtable> vtable_of(const std::vector<Property>& properties) {
    std::vector<sd_bus_vtable> vtable = {SD_BUS_VTABLE_START(0)};
    for (const auto& property : properties) {
        const auto offset = static_cast<std::size_t>(&property - properties.data()) * sizeof(Property);
        vtable.push_back(SD_BUS_PROPERTY(property.name.c_str(), property.type.c_str(), append, offset, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE));
    }
    vtable.push_back(SD_BUS_VTABLE_END);
    return vtable;
}

[[noreturn]] void serve(int objects, std::vector<Property> properties, int ready) {
    mallopt(M_TRIM_THRESHOLD, 1 << 20);  // as hal0d does
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    const Client client;
    const auto vtable = vtable_of(properties);
    check(sd_bus_add_object_manager(client.bus(), nullptr, root), "sd_bus_add_object_manager");
    for (int i = 0; i < objects; ++i)
        check(sd_bus_add_object_vtable(client.bus(), nullptr, encoded("/dev/hal0/Slots1/slot", "bench-" + std::to_string(i)).c_str(), "dev.hal0.Slots1.Slot", vtable.data(),
                                       properties.data()),
              "sd_bus_add_object_vtable");
    const char* name = nullptr;
    check(sd_bus_get_unique_name(client.bus(), &name), "sd_bus_get_unique_name");
    if (write(ready, name, std::strlen(name)) < 0) fail("cannot say the name");
    close(ready);
    for (;;) {
        int more = 1;
        while (more > 0) check(more = sd_bus_process(client.bus(), nullptr), "sd_bus_process");
        check(sd_bus_wait(client.bus(), UINT64_MAX), "sd_bus_wait");
    }
}

void measure(const std::string& service, int runs) {
    const Client client;
    for (int i = 0; i < runs; ++i) {
        const auto begin = now();
        client.call(service.c_str(), root, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
        std::printf("%llu\n", static_cast<unsigned long long>(now() - begin));
    }
}

}  // namespace

int main(int argc, char* argv[]) {
    if (argc < 4) return 2;
    std::vector<Property> properties;
    for (const auto& word : std::vector<std::string>(argv + 3, argv + argc)) {
        const auto colon = word.find(':');
        properties.push_back({word.substr(0, colon), word.substr(colon + 1)});
    }
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) fail("no pipe");
    const auto server = fork();
    if (server == 0) serve(std::atoi(argv[1]), std::move(properties), ends[1]);
    close(ends[1]);
    std::array<char, 32> name{};
    if (read(ends[0], name.data(), name.size() - 1) > 0) measure(name.data(), std::atoi(argv[2]));
    kill(server, SIGTERM);
    int status = 0;
    waitpid(server, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM ? 0 : 1;
}
