#include "slot/drift.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace hal0::slot {

void PrintTo(const Difference& d, std::ostream* out) { *out << d.key << ": " << d.running << " → " << d.configured; }

namespace {

using Words = std::vector<std::string>;
using Differences = std::vector<Difference>;

struct DriftCase {
    std::string rule;
    Words running, configured;
    Differences differences;
};

void expect(ProviderId server, const std::vector<DriftCase>& cases) {
    for (const auto& c : cases)
        EXPECT_EQ(drift(provider(server), {"i", c.running}, {"i", c.configured}), c.differences) << c.rule;
}

TEST(Drift, ComparesFlagsByWhatTheyMean) {
    expect(ProviderId::llama_server, {
        {"nothing", {}, {}, {}},
        {"the same", {"--port", "8081", "--metrics"}, {"--port", "8081", "--metrics"}, {}},
        {"another order", {"--port", "8081", "--metrics"}, {"--metrics", "--port", "8081"}, {}},
        {"another spelling", {"-c", "4096", "-fa", "--cache_type_k", "q8_0"}, {"--ctx-size=4096", "--flash-attn", "--cache-type-k", "q8_0"}, {}},
        {"another value", {"--ctx-size", "4096"}, {"-c", "8192"}, {{"--ctx-size", "4096", "8192"}}},
        {"a new flag", {}, {"--parallel", "2"}, {{"--parallel", "", "2"}}},
        {"a flag that goes", {"-np", "2"}, {}, {{"--parallel", "2", ""}}},
        {"a new flag without a value", {}, {"--metrics"}, {{"--metrics", "", "on"}}},
        {"a new flag with an empty value", {}, {"--alias", ""}, {{"--alias", "", ""}}},
        {"turned off", {"--mmap"}, {"--no-mmap"}, {{"--mmap", "on", "off"}}},
        {"turned off by a short one", {"-cb"}, {"-nocb"}, {{"--cont-batching", "on", "off"}}},
        {"off in two spellings", {"-nocb"}, {"--no-cont-batching"}, {}},
        {"on in words", {"--flash-attn"}, {"--flash-attn", "on"}, {}},
        {"several values", {"--lora", "a", "--lora", "b"}, {"--lora", "a", "--lora", "c"}, {{"--lora", "a b", "a c"}}},
        {"values that are one in the end", {"--lora", "a b"}, {"--lora", "a", "--lora", "b"}, {{"--lora", "a b", "a b"}}},
        {"configured first, in order, then what goes", {"--z", "1", "--y", "2", "--x", "3"}, {"--b", "1", "--y", "3", "--a", "2"},
         {{"--b", "", "1"}, {"--y", "2", "3"}, {"--a", "", "2"}, {"--z", "1", ""}, {"--x", "3", ""}}},
    });
}

TEST(Drift, OfServersWithWordsInFront) {
    expect(ProviderId::flm, {
        {"the same", {"serve", "llama3:1b", "--port", "1"}, {"serve", "llama3:1b", "--port", "1"}, {}},
        {"another model", {"serve", "llama3:1b", "--port", "1"}, {"serve", "gemma3:1b", "--port", "1"}, {{"command", "serve llama3:1b", "serve gemma3:1b"}}},
        {"no model any more", {"serve", "llama3:1b"}, {"serve"}, {{"command", "serve llama3:1b", "serve"}}},
    });
}

TEST(Drift, OfTheImageComesFirst) {
    EXPECT_EQ(drift(provider(ProviderId::llama_server), {"a:1", {"--x", "1"}}, {"a:2", {"--x", "2"}}),
              (Differences{{"image", "a:1", "a:2"}, {"--x", "1", "2"}}));
    EXPECT_EQ(drift(provider(ProviderId::llama_server), {"a:1", {}}, {"a:1", {}}), Differences{});
}

TEST(Drift, OfPodmansOptionsComesLast) {
    const auto& server = provider(ProviderId::llama_server);
    const Command running{"a", {"--x", "1"}, {{"--rm", "--env=X=1", "--security-opt=no-new-privileges", "--network=host", "--device=/dev/kfd"}}};
    const Command configured{"a", {"--x", "2"}, {{"--rm", "--security-opt=no-new-privileges", "--security-opt=label=disable", "--publish=127.0.0.1:1:1"}}};
    EXPECT_EQ(drift(server, running, configured),
              (Differences{{"--x", "1", "2"},
                           {"podman --security-opt", "no-new-privileges", "no-new-privileges label=disable"},
                           {"podman --publish", "", "127.0.0.1:1:1"},
                           {"podman --network", "host", ""},
                           {"podman --device", "/dev/kfd", ""}}));
    EXPECT_EQ(drift(server, {"a", {}}, {"a", {}, configured.options}), Differences{}) << "what an older hal0 started did not say";
}

}  // namespace
}  // namespace hal0::slot
