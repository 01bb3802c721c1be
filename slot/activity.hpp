#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// What a model server worked on since it started. Only requests move these: asking for the health, /slots, /metrics or
/// /v1/models does not.
struct Counters {
    std::uint64_t prompt_tokens = 0;     // read, without those that were still in the cache
    std::uint64_t predicted_tokens = 0;  // written by requests that are answered
    std::uint64_t decodes = 0;           // calls of the model
    bool operator==(const Counters&) const = default;
};

/// What a running server said when it was asked once. What it did not say is empty; so is what it said wrong.
struct Sample {
    std::optional<std::uint32_t> requests_in_flight{};
    std::optional<std::uint32_t> requests_deferred{};
    std::optional<std::uint64_t> tokens_in_flight{};  // written so far by requests that are not answered yet
    std::optional<Counters> counters{};
    std::optional<double> kv_cache_usage{};           // 0..1
    std::optional<std::vector<std::string>> models{};
    bool operator==(const Sample&) const = default;
};

/// Each of these takes the body of an answer, whatever is in it, and adds to the sample what it says. None throws, and
/// none takes more than `most_answer_bytes`: a longer text says nothing.
inline constexpr std::size_t most_answer_bytes = 4 * 1024 * 1024;

/// llama-server's GET /slots.
void read_slots(Sample& sample, std::string_view json);
/// llama-server's GET /metrics, in Prometheus' text format.
void read_metrics(Sample& sample, std::string_view text);
/// GET /v1/models as OpenAI has it: at most 64 ids of at most 255 bytes.
void read_models(Sample& sample, std::string_view json);
/// Of a server that tells nothing: the connections on its port of 127.0.0.1, from /proc/net/tcp (proc(5)), except those whose
/// client has one of our own ports.
void read_connections(Sample& sample, std::string_view net_tcp, std::uint16_t port, const std::vector<std::uint16_t>& own_ports);

/// What is known of a running server.
struct Activity {
    std::uint32_t requests_in_flight = 0;
    std::uint32_t requests_deferred = 0;
    std::uint64_t tokens_total = 0;             // written since it was first asked, and what it counted before
    std::optional<double> tokens_per_second{};  // between the last two answers; nothing if the server does not tell
    std::optional<double> kv_cache_usage{};
    std::vector<std::string> models{};

    // For the next merge().
    std::optional<Counters> counters{};
    std::uint64_t counters_at = 0;              // CLOCK_MONOTONIC in microseconds
    std::uint64_t tokens_in_flight = 0;
    std::uint64_t tokens_missing = 0;           // no longer in flight, and not counted as answered either
    bool operator==(const Activity&) const = default;
};

/// A server that was seen to start at this time: whatever its counters say later was used since.
Activity just_started(std::uint64_t at);

struct Merged {
    Activity activity;
    bool used = false;  // a request is in flight, or one was answered since `previous`
    bool operator==(const Merged&) const = default;
};

/// What is known after one more sample, whose answers came `at` (CLOCK_MONOTONIC in microseconds). What it leaves open is as
/// it was: a server too busy to answer has not become idle. Counters that went back are those of a server that restarted in
/// between. Ask for /metrics before /slots: an answer that is sent in between is then late in the total, not in it twice.
Merged merge(const Activity& previous, const Sample& now, std::uint64_t at);

}  // namespace hal0::slot
