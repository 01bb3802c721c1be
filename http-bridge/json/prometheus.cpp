#include "http-bridge/json/prometheus.hpp"

#include "slot/state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace hal0::http {
namespace {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += "\\n";
        else if (c == '"' || c == '\\') (out += '\\') += c;
        else out += c;
    }
    return out;
}

std::string braced(const Labels& labels) {
    std::string out;
    for (const auto& [name, value] : labels) out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", name, escaped(value));
    return out.empty() ? out : "{" + out + "}";
}

/// One metric: its two comment lines, then its samples.
class Metric {
public:
    Metric(std::string& text, std::string_view name, std::string_view type, std::string_view help) : text_(text), name_(name) {
        text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
    }
    template <class Number>
    void sample(const Labels& labels, Number value, std::string_view suffix = "") {
        text_ += fmt::format("{}{}{} {}\n", name_, suffix, braced(labels), value);
    }

private:
    std::string& text_;
    std::string_view name_;
};

bool is_ready(const SlotRecord& slot) { return slot.state == "ready" || slot.state == "idle" || slot.state == "serving"; }

void write_states(std::string& text, const Slots& slots) {
    Metric up{text, "hal0_slot_up", "gauge", "Whether the slot answers requests."};
    for (const auto* slot : slots) up.sample({{"slot", slot->name}}, is_ready(*slot) ? 1 : 0);
    Metric state{text, "hal0_slot_state", "gauge", "The state that the slot is in: 1, all others: 0."};
    for (const auto* slot : slots)
        for (const auto& known : slot::spellings<slot::State>)
            state.sample({{"slot", slot->name}, {"state", std::string{known.second}}}, slot->state == known.second ? 1 : 0);
    Metric{text, "hal0_slots_ready_total", "gauge", "Slots that answer requests."}.sample({}, std::count_if(slots.begin(), slots.end(), [](const auto* slot) { return is_ready(*slot); }));
}

/// A figure of each slot that has it.
template <class Value>
void write_figure(std::string& text, const Slots& slots, std::string_view name, std::string_view type, std::string_view help, Value value) {
    Metric metric{text, name, type, help};
    for (const auto* slot : slots)
        if (const auto figure = value(*slot)) metric.sample({{"slot", slot->name}}, *figure);
}

void write_figures(std::string& text, const Slots& slots) {
    write_figure(text, slots, "hal0_slot_restarts_total", "counter", "Automatic restarts since the last start that somebody asked for.",
                 [](const SlotRecord& slot) { return std::optional{slot.restarts}; });
    write_figure(text, slots, "hal0_slot_requests_in_flight", "gauge", "Requests that the slot works on.",
                 [](const SlotRecord& slot) { return std::optional{slot.requests_in_flight}; });
    write_figure(text, slots, "hal0_slot_tokens_per_second", "gauge", "Tokens generated a second.", [](const SlotRecord& slot) { return slot.figures.tokens_per_second; });
    write_figure(text, slots, "hal0_slot_memory_bytes", "gauge", "Memory that the slot's unit uses.", [](const SlotRecord& slot) { return slot.figures.memory_bytes; });
}

void write_counters(std::string& text, const Counters& counters) {
    Metric transitions{text, "hal0_slot_transitions_total", "counter", "Transitions from one state to another, since the bridge was started."};
    for (const auto& [transition, count] : counters.transitions) {
        const auto& [slot, from, to] = transition;
        transitions.sample({{"slot", slot}, {"from", from}, {"to", to}}, count);
    }
    Metric loads{text, "hal0_slot_load_duration_seconds", "histogram", "Time from the start of a slot until it answers."};
    for (const auto& [slot, durations] : counters.loads) {
        for (std::size_t i = 0; i < durations.bounds_s.size(); ++i)
            loads.sample({{"slot", slot}, {"le", std::to_string(durations.bounds_s[i])}}, durations.at_most[i], "_bucket");
        loads.sample({{"slot", slot}, {"le", "+Inf"}}, durations.count, "_bucket");
        loads.sample({{"slot", slot}}, durations.sum_s, "_sum");
        loads.sample({{"slot", slot}}, durations.count, "_count");
    }
}

}  // namespace

std::string prometheus_text(const Slots& slots, const Counters& counters) {
    std::string text;
    write_states(text, slots);
    write_figures(text, slots);
    write_counters(text, counters);
    return text;
}

}  // namespace hal0::http
