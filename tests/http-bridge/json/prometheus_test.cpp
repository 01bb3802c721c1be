#include "sample_slots.hpp"

#include "http-bridge/json/prometheus.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace hal0::http {
namespace {

TEST(Prometheus, OfNoSlotsHasEveryMetricsType) {
    EXPECT_EQ(prometheus_text({}, {}),
              "# HELP hal0_slot_up Whether the slot answers requests.\n# TYPE hal0_slot_up gauge\n"
              "# HELP hal0_slot_state The state that the slot is in: 1, all others: 0.\n# TYPE hal0_slot_state gauge\n"
              "# HELP hal0_slots_ready_total Slots that answer requests.\n# TYPE hal0_slots_ready_total gauge\nhal0_slots_ready_total 0\n"
              "# HELP hal0_slot_restarts_total Automatic restarts since the last start that somebody asked for.\n# TYPE hal0_slot_restarts_total counter\n"
              "# HELP hal0_slot_requests_in_flight Requests that the slot works on.\n# TYPE hal0_slot_requests_in_flight gauge\n"
              "# HELP hal0_slot_tokens_per_second Tokens generated a second.\n# TYPE hal0_slot_tokens_per_second gauge\n"
              "# HELP hal0_slot_memory_bytes Memory that the slot's unit uses.\n# TYPE hal0_slot_memory_bytes gauge\n"
              "# HELP hal0_slot_transitions_total Transitions from one state to another, since the bridge was started.\n# TYPE hal0_slot_transitions_total counter\n"
              "# HELP hal0_slot_load_duration_seconds Time from the start of a slot until it answers.\n# TYPE hal0_slot_load_duration_seconds histogram\n");
}

/// A line without its comment sign: name, labels as they are written, value.
struct Sample {
    std::string name, labels, value;
};

/// Reads a label set as the text format defines it; nothing if it is not one.
std::optional<std::map<std::string, std::string>> read_labels(const std::string& text) {
    std::map<std::string, std::string> labels;
    for (std::size_t at = 0; at < text.size();) {
        const auto equals = text.find("=\"", at);
        if (equals == text.npos || text.substr(at, equals - at).find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != text.npos) return std::nullopt;
        const auto name = text.substr(at, equals - at);
        std::string value;
        for (at = equals + 2; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] == '\\' && ++at < text.size()) value += text[at] == 'n' ? '\n' : text[at];
            else value += text[at];
        }
        if (at++ >= text.size() || !labels.emplace(name, value).second) return std::nullopt;
        if (at < text.size() && text[at++] != ',') return std::nullopt;
    }
    return labels;
}

/// Reads the text as a scraper does, and checks what the format demands of the order and number of lines.
std::vector<Sample> read(const std::string& text) {
    EXPECT_TRUE(text.ends_with("\n"));
    std::vector<Sample> samples;
    std::map<std::string, std::string> types;
    std::string help, metric;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string sign, word, name, type;
        if (line.starts_with("# HELP ")) {
            words >> sign >> word >> help;
        } else if (line.starts_with("# TYPE ")) {
            words >> sign >> word >> metric >> type;
            EXPECT_EQ(metric, help) << line;
            EXPECT_TRUE(types.emplace(metric, type).second) << "twice: " << line;
        } else {
            const auto blank = line.rfind(' ');
            const auto brace = line.find('{');
            const auto end = line.substr(0, blank);
            name = end.substr(0, brace);
            const auto suffix = name.substr(std::min(metric.size(), name.size()));
            EXPECT_TRUE(name.starts_with(metric) && (suffix.empty() || (types[metric] == "histogram" && (suffix == "_bucket" || suffix == "_sum" || suffix == "_count")))) << line;
            const auto labels = brace == line.npos ? "" : end.substr(brace + 1, end.size() - brace - 2);
            EXPECT_TRUE(read_labels(labels)) << line;
            EXPECT_TRUE(brace == line.npos || end.ends_with("}")) << line;
            char* rest = nullptr;
            const auto value = line.substr(blank + 1);
            std::strtod(value.c_str(), &rest);
            EXPECT_TRUE(!value.empty() && *rest == '\0') << line;
            samples.push_back({name, labels, value});
        }
    }
    return samples;
}

std::vector<std::string> of(const std::vector<Sample>& samples, const std::string& name) {
    std::vector<std::string> found;
    for (const auto& sample : samples)
        if (sample.name == name) found.push_back(sample.labels + " " + sample.value);
    return found;
}

using Lines = std::vector<std::string>;

TEST(Prometheus, ShowsEachSlot) {
    const auto chat = full_slot(), failed = failed_slot();
    const auto samples = read(prometheus_text({&chat, &failed}, {}));
    EXPECT_EQ(of(samples, "hal0_slot_up"), (Lines{"slot=\"chat\" 1", "slot=\"embed\" 0"}));
    EXPECT_EQ(of(samples, "hal0_slots_ready_total"), (Lines{" 1"}));
    EXPECT_EQ(of(samples, "hal0_slot_restarts_total"), (Lines{"slot=\"chat\" 2", "slot=\"embed\" 1"}));
    EXPECT_EQ(of(samples, "hal0_slot_requests_in_flight"), (Lines{"slot=\"chat\" 1", "slot=\"embed\" 0"}));
    EXPECT_EQ(of(samples, "hal0_slot_tokens_per_second"), (Lines{"slot=\"chat\" 41.2349"}));
    EXPECT_EQ(of(samples, "hal0_slot_memory_bytes"), (Lines{"slot=\"chat\" 1610612736"}));
    const auto states = of(samples, "hal0_slot_state");
    ASSERT_EQ(states.size(), 18U);
    for (const auto& line : states) EXPECT_EQ(line.ends_with(" 1"), line == "slot=\"chat\",state=\"serving\" 1" || line == "slot=\"embed\",state=\"error\" 1") << line;
}

TEST(Prometheus, EscapesLabels) {
    auto slot = bare_slot();
    slot.name = "a\"b\\c\nd},=";
    const auto text = prometheus_text({&slot}, {});
    EXPECT_NE(text.find("hal0_slot_up{slot=\"a\\\"b\\\\c\\nd},=\"} 0\n"), text.npos);
    EXPECT_EQ(read_labels("slot=\"a\\\"b\\\\c\\nd},=\""), (std::map<std::string, std::string>{{"slot", slot.name}}));
}

constexpr std::uint64_t usec_per_second = 1'000'000;

TEST(Prometheus, DrawsTheHistogramOfLoads) {
    Counters counters;
    std::uint64_t at = 1000 * usec_per_second;
    for (const std::uint64_t milliseconds : {500U, 1000U, 1001U, 90'000U, 700'000U}) {
        note_transition(counters, "chat", "offline", "starting", at);
        note_transition(counters, "chat", "starting", "warming", at + 1);
        at += milliseconds * 1000;
        note_transition(counters, "chat", "warming", "ready", at);
        note_transition(counters, "chat", "ready", "offline", at);
    }
    const auto samples = read(prometheus_text({}, counters));
    EXPECT_EQ(of(samples, "hal0_slot_load_duration_seconds_bucket"),
              (Lines{"slot=\"chat\",le=\"1\" 2", "slot=\"chat\",le=\"2\" 3", "slot=\"chat\",le=\"5\" 3", "slot=\"chat\",le=\"10\" 3", "slot=\"chat\",le=\"20\" 3", "slot=\"chat\",le=\"30\" 3",
                     "slot=\"chat\",le=\"60\" 3", "slot=\"chat\",le=\"120\" 4", "slot=\"chat\",le=\"300\" 4", "slot=\"chat\",le=\"600\" 4", "slot=\"chat\",le=\"+Inf\" 5"}));
    EXPECT_EQ(of(samples, "hal0_slot_load_duration_seconds_sum"), (Lines{"slot=\"chat\" 792.501"}));
    EXPECT_EQ(of(samples, "hal0_slot_load_duration_seconds_count"), (Lines{"slot=\"chat\" 5"}));
    EXPECT_EQ(of(samples, "hal0_slot_transitions_total"),
              (Lines{"slot=\"chat\",from=\"offline\",to=\"starting\" 5", "slot=\"chat\",from=\"ready\",to=\"offline\" 5", "slot=\"chat\",from=\"starting\",to=\"warming\" 5",
                     "slot=\"chat\",from=\"warming\",to=\"ready\" 5"}));
}

struct Step {
    std::string from, to;
    std::uint64_t at_s;
};

/// Seconds of all loads measured in these transitions, and their number.
std::pair<double, std::uint64_t> loads(const std::vector<Step>& steps) {
    Counters counters;
    for (const auto& step : steps) note_transition(counters, "chat", step.from, step.to, step.at_s * usec_per_second);
    const auto& found = counters.loads["chat"];
    return {found.sum_s, found.count};
}

TEST(Counters, MeasureWhatIsALoad) {
    using Loads = std::pair<double, std::uint64_t>;
    EXPECT_EQ(loads({{"offline", "pulling", 10}, {"pulling", "starting", 20}, {"starting", "warming", 21}, {"warming", "idle", 25}}), (Loads{15, 1}));
    EXPECT_EQ(loads({{"error", "starting", 10}, {"starting", "serving", 12}}), (Loads{2, 1}));
    EXPECT_EQ(loads({{"ready", "unloading", 9}, {"unloading", "starting", 10}, {"starting", "ready", 11}}), (Loads{1, 1}));
    // Its begin was not seen; it failed; it was given up; the clock was set back.
    EXPECT_EQ(loads({{"warming", "ready", 11}}), (Loads{0, 0}));
    EXPECT_EQ(loads({{"offline", "starting", 10}, {"starting", "error", 11}, {"error", "ready", 12}}), (Loads{0, 0}));
    EXPECT_EQ(loads({{"offline", "starting", 10}, {"starting", "unloading", 11}, {"unloading", "offline", 12}}), (Loads{0, 0}));
    EXPECT_EQ(loads({{"offline", "starting", 10}, {"starting", "ready", 9}}), (Loads{0, 0}));
}

TEST(Counters, ForgetASlotThatIsDeleted) {
    Counters counters;
    for (const auto* slot : {"a", "b"}) {
        note_transition(counters, slot, "offline", "starting", 1);
        note_transition(counters, slot, "starting", "ready", 2);
        note_transition(counters, slot, "ready", "offline", 3);
        note_transition(counters, slot, "offline", "starting", 4);
    }
    Counters only_b;
    note_transition(only_b, "b", "offline", "starting", 1);
    note_transition(only_b, "b", "starting", "ready", 2);
    note_transition(only_b, "b", "ready", "offline", 3);
    note_transition(only_b, "b", "offline", "starting", 4);
    forget_slot(counters, "a");
    EXPECT_EQ(counters, only_b);
    forget_slot(counters, "b");
    EXPECT_EQ(counters, Counters{});
}

}  // namespace
}  // namespace hal0::http
