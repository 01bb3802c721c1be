#include "units/ready/end_reason.hpp"
#include "units/ready/last_seen.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace hal0::ready {
namespace {

const Health loads{Health::Answer::status, 503};
const Health mute{Health::Answer::silent, 0};
const Health closes{Health::Answer::closed, 0};

std::string shown(const char* state, const char* result, const char* span = "3min") {
    return fmt::format("Result={}\nTimeoutStartUSec={}\nActiveState={}\n", result, span, state);
}

TEST(EndReason, OfATimeoutNamesItWhatToChangeAndWhatTheServerDid) {
    EXPECT_EQ(end_reason(shown("deactivating", "timeout", "2s"), loads),
              "the model server did not become healthy within 2 s (if that is too short, raise timeouts.start_s); last seen: the server loads its model");
    EXPECT_EQ(end_reason(shown("deactivating", "timeout"), Health{}),
              "the model server did not become healthy within 180 s (if that is too short, raise timeouts.start_s); last seen: the server does not listen yet");
}

TEST(EndReason, HasTheTimeoutInSecondsAsTheFileHas) {
    const auto said = [](const char* span) { return end_reason(shown("deactivating", "timeout", span), loads).value_or(""); };
    for (const auto& [span, words] : std::vector<std::pair<const char*, const char*>>{
             {"45s", "45 s"}, {"1min 30s", "90 s"}, {"1h 1s", "3601 s"}, {"23h 59min 59s", "86399 s"}, {"1d", "86400 s"}, {"1w 1d", "691200 s"},
             {"1s 500ms", "1s 500ms"}, {"infinity", "infinity"}, {"1min 99999999999999999999s", "1min 99999999999999999999s"}})
        EXPECT_NE(said(span).find(fmt::format(" within {} (", words)), std::string::npos) << span << ": " << said(span);
}

TEST(EndReason, OfAStopIsNone) { EXPECT_EQ(end_reason(shown("deactivating", "success"), loads), std::nullopt); }

TEST(EndReason, OfASignalThatIsNoStopSaysSo) {
    const auto* const sentence = "somebody ended it with SIGTERM before the model server answered";
    EXPECT_EQ(end_reason(shown("activating", "success"), loads), sentence);
    EXPECT_EQ(end_reason("", loads), sentence) << "systemd could not be asked";
}

/// SIGTERM is blocked and has come, for as long as this lives.
class PendingSigterm {
public:
    PendingSigterm() {
        sigemptyset(&only_);
        sigaddset(&only_, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &only_, nullptr);
        ::kill(getpid(), SIGTERM);
    }
    PendingSigterm(const PendingSigterm&) = delete;
    PendingSigterm& operator=(const PendingSigterm&) = delete;
    ~PendingSigterm() {
        int signal = 0;
        sigwait(&only_, &signal);
        pthread_sigmask(SIG_UNBLOCK, &only_, nullptr);
    }

private:
    sigset_t only_{};
};

TEST(LastSeen, ReportsWhatChanges) {
    std::vector<Health> reports;
    LastSeen last_seen{[&](const Health& health) { reports.push_back(health); }};
    for (const auto& health : {Health{}, closes, Health{}, mute, loads, mute}) last_seen.see(health);
    EXPECT_EQ(last_seen.health(), mute);
    EXPECT_EQ(reports, (std::vector{Health{}, closes, Health{}, mute, loads, mute}));
}

// systemd sends its signal to the server first: that may be gone before this process has got its own.
TEST(LastSeen, DoesNotReportThatAServerIsGoneThatWasThere) {
    for (const auto& there : {loads, mute}) {
        std::vector<Health> reports;
        LastSeen last_seen{[&](const Health& health) { reports.push_back(health); }};
        for (const auto& health : {there, closes, Health{}}) last_seen.see(health);
        EXPECT_EQ(last_seen.health(), there);
        EXPECT_EQ(reports, std::vector{there});
    }
}

TEST(LastSeen, ReportsNothingOnceTheSignalHasCome) {
    std::vector<Health> reports;
    LastSeen last_seen{[&](const Health& health) { reports.push_back(health); }};
    last_seen.see(loads);
    {
        const PendingSigterm pending;
        last_seen.see(mute);
    }
    EXPECT_EQ(last_seen.health(), loads);
    EXPECT_EQ(reports, std::vector{loads});
}

}  // namespace
}  // namespace hal0::ready
