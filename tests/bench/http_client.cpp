// Measures the bridge as its clients see it. Prints microseconds, one number a line, if not said otherwise.
//
//   http_client requests COUNT [PATH]       GET /api/slots, or another path, one after the other on one connection
//   http_client streams COUNT               opens so many streams of all slots, prints a line, and reads them until its stdin ends
//   http_client churn COUNT                 opens and closes so many streams
//   http_client cold RUNS                   from the first connection until the answer, when the bridge does not run
//   http_client death RUNS SLOT PORT        from systemd's PropertiesChanged of a killed container's unit to the frame of the slot's stream
//   http_client knock SECONDS CONNECTIONS   requests without pause, every second connection a new one for each; prints "WHAT COUNT" a line:
//                                           answered, refused, wrong, unanswered (new, and ended without an answer),
//                                           cut (in the middle of an answer), closed (kept, and ended before the next answer)
#include "bus_client.hpp"
#include "http_connection.hpp"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace hal0::bench;

namespace {

constexpr auto slots = "/api/slots";
constexpr auto slots_stream = "/api/stream/slots";
constexpr int most_streams_at_once = 50;

void requests(int count, const std::string& path) {
    Connection connection;
    for (int i = 0; i < count; ++i) {
        const auto begin = now();
        const auto answer = connection.get(path);
        if (answer.status != 200) fail("GET " + path + " is not answered with 200: " + answer.head + answer.body);
        std::printf("%llu\n", static_cast<unsigned long long>(now() - begin));
    }
}

using Streams = std::vector<std::unique_ptr<EventStream>>;

/// All are asked for and have said something: they are open.
Streams open_streams(int count, const std::string& path) {
    Streams streams;
    int heard = 0;
    for (int i = 0; i < count; ++i) {
        const auto before = heard;
        streams.push_back(std::make_unique<EventStream>(path, [&heard](std::string_view) { ++heard; }));
        while (heard == before) streams.back()->wait();
    }
    for (auto& stream : streams) stream->hear({});
    return streams;
}

void streams(int count) {
    const auto open = open_streams(count, slots_stream);
    std::puts("open");
    std::fflush(stdout);
    while (true) {
        std::vector<pollfd> waiting{{STDIN_FILENO, POLLIN, 0}};
        for (const auto& stream : open) waiting.push_back(stream->waits_for());
        poll(waiting.data(), waiting.size(), -1);
        if (waiting[0].revents != 0) return;
        for (std::size_t i = 0; i < open.size(); ++i)
            if (waiting[i + 1].revents != 0) open[i]->process();
    }
}

void churn(int count) {
    for (int left = count; left > 0; left -= most_streams_at_once) open_streams(std::min(left, most_streams_at_once), slots_stream);
}

void cold(int runs) {
    for (int i = 0; i < runs; ++i) {
        run("systemctl stop --quiet hal0-http.service 2>/dev/null");  // it warns that its socket would start it: so it shall
        const auto begin = now();
        const auto answer = Connection{}.get(slots);
        if (answer.status != 200) fail("the first request is not answered with 200: " + answer.head + answer.body);
        std::printf("%llu\n", static_cast<unsigned long long>(now() - begin));
    }
}

bool runs_in(std::string_view frame) {
    for (const auto* state : {"ready", "idle", "serving"})
        if (frame.find("\"state\":\"" + std::string{state} + '"') != frame.npos) return true;
    return false;
}

void death(int runs, const std::string& slot, const std::string& port) {
    const auto unit = "hal0-slot@" + slot + ".service";
    UnitDeath death{unit};
    bool running = false;
    std::uint64_t said_by_bridge = 0;
    EventStream stream{"/api/slots/" + slot + "/state/stream", [&](std::string_view frame) {
                           running = runs_in(frame);
                           if (said_by_bridge == 0 && !running) said_by_bridge = now();
                       }};
    for (int i = 0; i < runs; ++i) {
        start_slot(unit);
        wait_until({&death.client(), &stream}, [&] { return running; }, "the slot is ready");
        death.forget();
        stream.process();
        said_by_bridge = 0;
        kill_server(port);
        wait_until({&death.client(), &stream}, [&] { return death.said_at() != 0 && said_by_bridge != 0; }, "both have said that it ended");
        std::printf("%lld\n", static_cast<long long>(said_by_bridge) - static_cast<long long>(death.said_at()));
    }
    run("systemctl stop " + unit);
}

// --- while it is restarted ---------------------------------------------------------------------------------

struct Knocked {
    std::atomic<int> answered, refused, wrong, unanswered, cut, closed;
};

/// Asks until the end. What was cut is asked for again, on a new connection, once: the second time counts as wrong.
void knock_until(std::uint64_t end, bool keep, const std::string& expected, Knocked& knocked) {
    std::optional<Connection> connection;
    bool again = false;
    while (now() < end) {
        const bool is_new = !connection;
        if (is_new) connection.emplace();
        if (!connection->is_open()) {
            ++knocked.refused;
            connection.reset();
            continue;
        }
        const auto answer = connection->get(slots);
        if (answer.is_whole()) ++(answer.status == 200 && answer.body == expected ? knocked.answered : knocked.wrong);
        else if (again) ++knocked.wrong;
        else if (answer.has_begun()) ++knocked.cut;
        else ++(is_new ? knocked.unanswered : knocked.closed);
        again = !answer.is_whole();
        if (!keep || again || answer.is_last()) connection.reset();
    }
}

void knock(int seconds, int connections) {
    const auto expected = Connection{}.get(slots);
    if (expected.status != 200) fail("GET /api/slots is not answered with 200 at the beginning");
    const auto end = now() + static_cast<std::uint64_t>(seconds) * 1'000'000;
    Knocked knocked{};
    std::vector<std::thread> clients;
    for (int i = 0; i < connections; ++i) clients.emplace_back([&, i] { knock_until(end, i % 2 == 0, expected.body, knocked); });
    for (auto& client : clients) client.join();
    std::printf("answered %d\nrefused %d\nwrong %d\nunanswered %d\ncut %d\nclosed %d\n", knocked.answered.load(), knocked.refused.load(), knocked.wrong.load(),
                knocked.unanswered.load(), knocked.cut.load(), knocked.closed.load());
}

int measure(std::string_view what, const std::vector<std::string>& arguments) {
    const auto count = arguments.empty() ? 0 : std::atoi(arguments[0].c_str());
    if (count < 1) return 2;
    if (what == "requests") requests(count, arguments.size() > 1 ? arguments[1] : slots);
    else if (what == "streams") streams(count);
    else if (what == "churn") churn(count);
    else if (what == "cold") cold(count);
    else if (what == "death" && arguments.size() == 3) death(count, arguments[1], arguments[2]);
    else if (what == "knock" && arguments.size() == 2) knock(count, std::atoi(arguments[1].c_str()));
    else return 2;
    return 0;
}

}  // namespace

int main(int argc, char* argv[]) {
    allow_many_descriptors();
    return argc < 3 ? 2 : measure(argv[1], {argv + 2, argv + argc});
}
