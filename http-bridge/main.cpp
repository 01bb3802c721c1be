#include "http-bridge/bridge.hpp"

#include <systemd/sd-daemon.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

/// systemd runs it, with the sockets of hal0-http.socket. Started by hand it listens on 127.0.0.1, port HAL0_HTTP_PORT. It takes no
/// options.
int main(int argc, char*[]) try {
    if (argc > 1) {
        std::fputs("usage: hal0-http-bridge\nThe HTTP API of hal0; systemd runs it (hal0-http.socket).\n", stderr);
        return 2;
    }
    hal0::bus::Loop loop;
    const auto connection = sdbus::createSystemBusConnection();
    hal0::http::Bridge bridge{loop, *connection, hal0::http::environment()};
    sd_notify(0, "READY=1");
    return loop.run();
} catch (const std::exception& problem) {
    std::fprintf(stderr, SD_ERR "hal0-http-bridge: %s\n", problem.what());
    return EXIT_FAILURE;
}
