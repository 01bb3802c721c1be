#include "slot/state.hpp"
#include "slot/status_text.hpp"

#include "tests/slot/second.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace hal0::slot {
namespace {

struct StateCase {
    std::string rule;
    Observation unit;
    State state;
    std::string message;
};

void expect_states(const std::vector<StateCase>& cases) {
    for (const auto& c : cases) {
        const auto [state, message] = condition_of(c.unit);
        EXPECT_EQ(to_string(state), to_string(c.state)) << c.rule;
        EXPECT_EQ(message, c.message) << c.rule;
    }
}

Observation observed(std::string active_state, std::string sub_state, std::string result = "success", std::string status = "", std::string job = "",
                     std::uint32_t restarts = 0) {
    Observation unit;
    unit.active_state = std::move(active_state);
    unit.sub_state = std::move(sub_state);
    unit.result = std::move(result);
    unit.status_text = std::move(status);
    unit.job = std::move(job);
    unit.restarts = restarts;
    return unit;
}

Observation active() {
    auto unit = observed("active", "running");
    unit.now = 1000 * second;
    unit.active_since = 900 * second;
    return unit;
}

const std::string wrong_port = "chat.toml:1:8: port: 1 is not allowed";

TEST(State, OfAStoppedUnit) {
    const auto unit = [](std::string job, std::string status = "", std::string config_error = "") {
        auto stopped = observed("inactive", "dead", "success", std::move(status), std::move(job));
        stopped.config_error = std::move(config_error);
        return stopped;
    };
    expect_states({
        {"never seen", Observation{}, State::offline, ""},
        {"stopped, with an old status", unit("", "answers on 127.0.0.1:9000"), State::offline, ""},
        {"a start is queued", unit("start"), State::starting, ""},
        {"a restart is queued", unit("restart"), State::starting, ""},
        {"a stop is queued", unit("stop"), State::offline, ""},
        {"its configuration is wrong", unit("", "", wrong_port), State::error, wrong_port},
        {"its configuration is wrong and a start is queued", unit("start", "", wrong_port), State::error, wrong_port},
    });
}

TEST(State, OfAStartingUnit) {
    const auto unit = [](std::string sub_state, std::string status = "", std::string job = "start") {
        return observed("activating", std::move(sub_state), "success", std::move(status), std::move(job));
    };
    expect_states({
        {"prepare runs", unit("start-pre", "looking for the model"), State::starting, "looking for the model"},
        {"prepare pulls", unit("start-pre", "pulling a/b:c: layer 3 of 7"), State::pulling, "pulling a/b:c: layer 3 of 7"},
        {"prepare begins to pull", unit("start-pre", "pulling a/b:c"), State::pulling, "pulling a/b:c"},
        {"prepare waits between restarts", unit("start-pre", "waiting 4 s before automatic restart 3 of 5"), State::error, "waiting 4 s before automatic restart 3 of 5"},
        {"a condition is checked", unit("condition"), State::starting, ""},
        {"podman runs", unit("start"), State::starting, ""},
        {"podman runs, with the status of the pull", unit("start", "pulling a/b:c: layer 7 of 7"), State::starting, "pulling a/b:c: layer 7 of 7"},
        {"the model loads", unit("start-post", "warming up: the server loads its model"), State::warming, "warming up: the server loads its model"},
        {"an unload during prepare takes effect at once", unit("start-pre", "pulling a/b:c", "stop"), State::unloading, ""},
        {"and during podman", unit("start", "", "stop"), State::unloading, ""},
        {"and while the model loads", unit("start-post", "", "stop"), State::unloading, ""},
    });
}

TEST(State, BetweenAutomaticRestarts) {
    const auto unit = [](std::string sub_state, std::string result, std::uint32_t restarts, std::string status = "") {
        return observed("activating", std::move(sub_state), std::move(result), std::move(status), "", restarts);
    };
    expect_states({
        {"before the first", unit("auto-restart", "exit-code", 0), State::error, "the model server exited with an error; it restarts automatically (1 of 5)"},
        {"before the third", unit("auto-restart", "oom-kill", 2), State::error,
         "the model server ran out of memory and was killed; it restarts automatically (3 of 5)"},
        {"queued, and counted already", unit("auto-restart-queued", "signal", 1), State::error, "the model server was killed by a signal; it restarts automatically (1 of 5)"},
        {"the last one", unit("auto-restart", "signal", 4), State::error, "the model server was killed by a signal; it restarts automatically (5 of 5)"},
        {"the one that the start limit will refuse", unit("auto-restart", "signal", 5), State::error,
         "the model server was killed by a signal (after 5 automatic restarts)"},
        {"the same, queued", unit("auto-restart-queued", "signal", 6), State::error, "the model server was killed by a signal (after 5 automatic restarts)"},
        {"with a helper's reason", unit("auto-restart", "exit-code", 0, "model 'qwen' is not in the registry"), State::error,
         "model 'qwen' is not in the registry; it restarts automatically (1 of 5)"},
        {"progress is no reason", unit("auto-restart", "exit-code", 0, "answers on 127.0.0.1:9000"), State::error,
         "the model server exited with an error; it restarts automatically (1 of 5)"},
    });
    // systemd 252 stays in auto-restart when it has queued the start, which it counts at once.
    const auto queued = [&](std::uint32_t restarts, std::string job) {
        auto restarting = unit("auto-restart", "exit-code", restarts);
        restarting.job = std::move(job);
        return restarting;
    };
    const std::string again = "the model server exited with an error; it restarts automatically ";
    expect_states({
        {"queued, by systemd 252", queued(1, "restart"), State::error, again + "(1 of 5)"},
        {"the same job, when its stop is done", queued(1, "start"), State::error, again + "(1 of 5)"},
        {"the last one, queued", queued(5, "restart"), State::error, again + "(5 of 5)"},
        {"the one that will be refused, queued", queued(6, "restart"), State::error, "the model server exited with an error (after 5 automatic restarts)"},
        {"the job of the start that has just failed", queued(1, "none"), State::error, again + "(2 of 5)"},
        {"a start that somebody asked for, which waits for the first", queued(0, "start"), State::error, again + "(1 of 5)"},
    });
    auto stopped = unit("auto-restart", "exit-code", 0);
    stopped.job = "stop";
    expect_states({{"an unload between restarts", stopped, State::unloading, ""}});
}

TEST(State, OfARunningUnit) {
    auto serving = active(), silent = active(), silent_serving = active(), stopping = active(), restarting = active(), reloading = active(), refreshing = active(),
         status = active(), outdated = active(), outdated_serving = active(), outdated_silent = active();
    serving.requests_in_flight = 2;
    silent.answers = false;
    silent_serving.answers = false;
    silent_serving.requests_in_flight = 1;
    stopping.job = "stop";
    restarting.job = "restart";
    reloading.active_state = "reloading";
    refreshing.active_state = "refreshing";
    status.status_text = "answers on 127.0.0.1:9000";
    outdated.config_error = outdated_serving.config_error = outdated_silent.config_error = wrong_port;
    outdated_serving.requests_in_flight = 1;
    outdated_silent.answers = false;
    const std::string silence = "the model server runs but has stopped answering its health check";
    expect_states({
        {"just started", active(), State::ready, ""},
        {"its status is passed on", status, State::ready, "answers on 127.0.0.1:9000"},
        {"requests are in flight", serving, State::serving, ""},
        {"it stopped answering", silent, State::error, silence},
        {"it stopped answering with requests in flight", silent_serving, State::error, silence},
        {"a stop is queued", stopping, State::unloading, ""},
        {"a restart is queued", restarting, State::unloading, ""},
        {"it reloads", reloading, State::ready, ""},
        {"it refreshes", refreshing, State::ready, ""},
        {"the configuration broke meanwhile", outdated, State::ready, "runs with its previous configuration: " + wrong_port},
        {"the same while it serves", outdated_serving, State::serving, "runs with its previous configuration: " + wrong_port},
        {"the same, and it stopped answering", outdated_silent, State::error, silence},
    });
}

TEST(State, OfAnUnusedUnit) {
    const auto unit = [](std::uint64_t now, std::uint64_t since, std::uint64_t used, std::uint64_t after = 300) {
        auto running = observed("active", "running");
        running.now = now * second;
        running.active_since = since * second;
        running.last_used = used * second;
        running.idle_after = after * second;
        return running;
    };
    auto empty = unit(1000, 999, 999), empty_serving = empty, serving = unit(2000, 1, 1);
    empty.has_model = empty_serving.has_model = false;
    empty_serving.requests_in_flight = serving.requests_in_flight = 1;
    expect_states({
        {"never used, started 299 s ago", unit(1299, 1000, 0), State::ready, ""},
        {"never used, started 300 s ago", unit(1300, 1000, 0), State::idle, ""},
        {"used 299 s ago", unit(2000, 1000, 1701), State::ready, ""},
        {"used 300 s ago", unit(2000, 1000, 1700), State::idle, ""},
        {"used before it was restarted", unit(2000, 1900, 100), State::ready, ""},
        {"the clock reads earlier than the last use", unit(1000, 900, 1001), State::ready, ""},
        {"a short limit", unit(1011, 1000, 1001, 10), State::idle, ""},
        {"no limit to wait for", unit(1001, 1000, 1000, 0), State::idle, ""},
        {"without a model", empty, State::idle, ""},
        {"without a model but serving", empty_serving, State::serving, ""},
        {"in use for long", serving, State::serving, ""},
    });
    auto outdated = unit(1300, 1000, 0);
    outdated.config_error = wrong_port;
    expect_states({{"idle with a configuration that broke", outdated, State::idle, "runs with its previous configuration: " + wrong_port}});
}

TEST(State, OfAStoppingUnit) {
    const auto unit = [](std::string sub_state, std::string result, std::string job = "") {
        return observed("deactivating", std::move(sub_state), std::move(result), "", std::move(job));
    };
    auto outdated = unit("stop", "success");
    outdated.config_error = wrong_port;
    expect_states({
        {"somebody stops it", unit("stop", "success", "stop"), State::unloading, ""},
        {"it got its SIGTERM", unit("stop-sigterm", "success", "stop"), State::unloading, ""},
        {"it is cleaned up", unit("stop-post", "success"), State::unloading, ""},
        {"it restarts", unit("stop", "success", "restart"), State::unloading, ""},
        {"with a configuration that broke", outdated, State::unloading, ""},
        {"it ignored its SIGTERM", unit("stop-sigkill", "timeout", "stop"), State::unloading, ""},
        {"the same in a restart", unit("stop-sigkill", "timeout", "restart"), State::unloading, ""},
        {"it had crashed already", unit("stop-post", "exit-code", "stop"), State::unloading, ""},
        {"it ignored it while a start waits", unit("stop-sigkill", "timeout", "start"), State::error, "it took longer than the timeouts in its file allow"},
        {"it crashed", unit("stop-post", "exit-code"), State::error, "the model server exited with an error"},
        {"it was killed", unit("stop-post", "signal"), State::error, "the model server was killed by a signal"},
        {"its start took too long", unit("stop-sigterm", "timeout"), State::error, "it took longer than the timeouts in its file allow"},
    });
}

TEST(State, OfAFailedUnitSaysWhy) {
    const auto unit = [](std::string result, std::uint32_t restarts = 0, std::string status = "") {
        return observed("failed", "failed", std::move(result), std::move(status), "", restarts);
    };
    expect_states({
        {"exit code", unit("exit-code"), State::error, "the model server exited with an error"},
        {"signal", unit("signal"), State::error, "the model server was killed by a signal"},
        {"core dump", unit("core-dump"), State::error, "the model server crashed"},
        {"memory", unit("oom-kill"), State::error, "the model server ran out of memory and was killed"},
        {"timeout", unit("timeout"), State::error, "it took longer than the timeouts in its file allow"},
        {"watchdog", unit("watchdog"), State::error, "it stopped answering its watchdog"},
        {"start limit", unit("start-limit-hit"), State::error, "it failed too often"},
        {"resources", unit("resources"), State::error, "systemd lacked the resources to start it"},
        {"protocol", unit("protocol"), State::error, "podman did not report the container's start"},
        {"a word of a later systemd", unit("cosmic-ray"), State::error, "it failed"},
        {"a helper's reason", unit("exit-code", 0, "model 'qwen' is not in the registry"), State::error, "model 'qwen' is not in the registry"},
        {"progress is no reason", unit("timeout", 0, "pulling a/b:c: layer 1 of 2"), State::error, "it took longer than the timeouts in its file allow"},
        {"nor is warming up", unit("timeout", 0, "warming up: the server loads its model"), State::error, "it took longer than the timeouts in its file allow"},
        {"nor is waiting", unit("exit-code", 0, "waiting 4 s before automatic restart 3 of 5"), State::error, "the model server exited with an error"},
        {"after one restart", unit("exit-code", 1), State::error, "the model server exited with an error (after 1 automatic restart)"},
        {"after five", unit("exit-code", 5), State::error, "the model server exited with an error (after 5 automatic restarts)"},
        {"prepare gave up", unit("exit-code", 6, "it still failed after 5 automatic restarts: journalctl -u x says why"), State::error,
         "it still failed after 5 automatic restarts: journalctl -u x says why"},
        {"the refused one is not counted", unit("exit-code", 6), State::error, "the model server exited with an error (after 5 automatic restarts)"},
    });
}

TEST(State, OfAFailedUnitSaysHowItsServerEnded) {
    const auto unit = [](std::string result, int exit_status, std::string status = "answers on 127.0.0.1:9000") {
        auto failed = observed("failed", "failed", std::move(result), std::move(status));
        failed.exit_status = exit_status;
        return failed;
    };
    const std::string ended_early = ended_early_text(*SlotName::parse("chat"));
    expect_states({
        {"a status", unit("exit-code", 3), State::error, "the model server exited with an error (status 3)"},
        {"that of a signal in the container", unit("exit-code", 139), State::error, "the model server exited with an error (status 139, signal 11)"},
        {"podman's own", unit("exit-code", 125, ""), State::error, "podman could not run the container (status 125)"},
        {"that of no signal", unit("exit-code", 255), State::error, "the model server exited with an error (status 255)"},
        {"killed in the container", unit("success", 137), State::error, "the model server was killed (status 137, signal 9)"},
        {"killed in the container for its memory", unit("oom-kill", 137), State::error,
         "the model server ran out of memory and was killed (status 137, signal 9)"},
        {"conmon killed for its memory: it has no status", unit("oom-kill", 9), State::error, "the model server ran out of memory and was killed"},
        {"conmon ended by SIGTERM", unit("success", 15), State::error, "the model server was killed (signal 15)"},
        {"conmon killed", unit("signal", 9), State::error, "the model server was killed by a signal (signal 9)"},
        {"conmon crashed", unit("core-dump", 11), State::error, "the model server crashed (signal 11)"},
        {"a helper was killed, and the server stopped for it", unit("signal", 143), State::error, "the model server was killed by a signal"},
        {"stopped for its slowness", unit("timeout", 137), State::error, "it took longer than the timeouts in its file allow"},
        {"while it warmed up", unit("exit-code", 3, ended_early), State::error, "the model server ended before it answered (status 3)"},
        {"killed while it warmed up", unit("exit-code", 137, ended_early), State::error, "the model server ended before it answered (status 137, signal 9)"},
        {"conmon killed while it warmed up", unit("signal", 9, ended_early), State::error, "the model server ended before it answered (signal 9)"},
        {"without a failure while it warmed up", unit("exit-code", 0, ended_early), State::error, "the model server ended before it answered"},
        {"launch's status is not the server's", unit("exit-code", 78, "model 'qwen' is not in the registry"), State::error, "model 'qwen' is not in the registry"},
        {"nor is what ready made of it", unit("exit-code", 137, "somebody ended it with SIGTERM before the model server answered"), State::error,
         "somebody ended it with SIGTERM before the model server answered"},
    });
    auto again = unit("exit-code", 3, ended_early);
    again.restarts = 6;
    expect_states({{"for good", again, State::error, "the model server ended before it answered (status 3, after 5 automatic restarts)"}});
    auto restarting = unit("exit-code", 3, ended_early);
    restarting.active_state = "activating";
    restarting.sub_state = "auto-restart";
    expect_states({{"before a restart", restarting, State::error, "the model server ended before it answered (status 3); it restarts automatically (1 of 5)"}});
}

TEST(State, OfAFailedUnitThatSomebodyActsOn) {
    const auto failed = observed("failed", "failed", "exit-code");
    auto start = failed, restart = failed, stop = failed, outdated = failed, outdated_start = failed;
    start.job = outdated_start.job = "start";
    restart.job = "restart";
    stop.job = "stop";
    outdated.config_error = outdated_start.config_error = wrong_port;
    expect_states({
        {"a start waits for a rival to stop", start, State::starting, ""},
        {"a restart does", restart, State::starting, ""},
        {"a stop changes nothing", stop, State::error, "the model server exited with an error"},
        {"its configuration is the news", outdated, State::error, wrong_port},
        {"and a start cannot help", outdated_start, State::error, wrong_port},
    });
}

TEST(State, HasAWordForEach) {
    const std::vector<std::string_view> words = {"offline", "pulling", "starting", "warming", "ready", "serving", "idle", "unloading", "error"};
    ASSERT_EQ(spellings<State>.size(), words.size());
    for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(to_string(static_cast<State>(i)), words[i]);
}

}  // namespace
}  // namespace hal0::slot
