#include "slot/activity.hpp"

#include "tests/slot/second.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>
#include <string>

namespace hal0::slot {
namespace {

/// What a real server said, see recorded/README.md.
std::string recorded(const std::string& name) {
    std::ifstream file{RECORDED "/" + name, std::ios::binary};
    EXPECT_TRUE(file) << name;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Sample slots(const std::string& json) {
    Sample sample;
    read_slots(sample, json);
    return sample;
}
Sample metrics(const std::string& text) {
    Sample sample;
    read_metrics(sample, text);
    return sample;
}
Sample models(const std::string& json) {
    Sample sample;
    read_models(sample, json);
    return sample;
}
Sample connections(const std::string& text, std::uint16_t port, const std::vector<std::uint16_t>& own = {}) {
    Sample sample;
    read_connections(sample, text, port, own);
    return sample;
}

TEST(ReadSlots, OfTheRealServer) {
    EXPECT_EQ(slots(recorded("idle.slots.json")), (Sample{.requests_in_flight = 0, .tokens_in_flight = 0}));
    EXPECT_EQ(slots(recorded("busy.slots.json")), (Sample{.requests_in_flight = 2, .tokens_in_flight = 237 + 124}));
}

TEST(ReadSlots, CountsOnlyWhatIsProcessed) {
    const auto both = slots(R"([{"id":0,"is_processing":false,"next_token":{"n_decoded":9}},{"next_token":{"n_decoded":5},"is_processing":true}])");
    EXPECT_EQ(both, (Sample{.requests_in_flight = 1, .tokens_in_flight = 5}));
}

TEST(ReadSlots, IsNotMisledByWhatAClientSent) {
    const auto sample = slots(R"([{"is_processing":false,"params":{"is_processing":true,"next_token":{"n_decoded":9}},"x":[{"is_processing":true}]}])");
    EXPECT_EQ(sample, (Sample{.requests_in_flight = 0, .tokens_in_flight = 0}));
}

TEST(ReadSlots, AnythingElseSaysNothing) {
    const auto deep = std::string(100'000, '[');
    const auto long_text = "[{\"is_processing\":true,\"x\":\"" + std::string(most_answer_bytes, 'x') + "\"}]";
    for (const std::string& json : {std::string{}, std::string{"[]"}, std::string{"[1,true,null,\"is_processing\"]"}, std::string{"{}"}, std::string{"null"},
                                    std::string{R"({"error":{"code":501,"is_processing":true}})"}, std::string{R"({"is_processing":true})"},
                                    std::string{R"({"":{"is_processing":true}})"}, std::string{R"([{"is_processing":1}])"},
                                    std::string{R"([{"is_processing":true})"}, std::string{R"([{"is_processing":true}] x)"},
                                    std::string{"[{\"is_processing\":true,\"x\":\"\xFF\"}]"}, std::string{"\0\0", 2}, deep, long_text})
        EXPECT_EQ(slots(json), Sample{}) << json.substr(0, 60);
}

TEST(ReadSlots, DoesNotOverflow) {
    std::string json = "[";
    for (int i = 0; i < 3; ++i) json += R"({"is_processing":true,"next_token":{"n_decoded":18446744073709551615}},)";
    const auto sample = slots(json + R"({"is_processing":true,"next_token":{"n_decoded":-4}}])");
    EXPECT_EQ(sample, (Sample{.requests_in_flight = 4, .tokens_in_flight = std::uint64_t{1} << 53}));
}

TEST(ReadMetrics, OfTheRealServer) {
    EXPECT_EQ(metrics(recorded("fresh.metrics")), (Sample{.requests_in_flight = 0, .requests_deferred = 0, .counters = Counters{}}))
        << "none of the probes before this moved a counter";
    EXPECT_EQ(metrics(recorded("busy.metrics")), (Sample{.requests_in_flight = 2, .requests_deferred = 1, .counters = Counters{26, 0, 237}}));
    EXPECT_EQ(metrics(recorded("used.metrics")), (Sample{.requests_in_flight = 0, .requests_deferred = 0, .counters = Counters{27, 5700, 3800}}));
}

TEST(ReadMetrics, OfAnOlderServer) {
    const auto sample = metrics("# TYPE llamacpp:kv_cache_usage_ratio gauge\nllamacpp:kv_cache_usage_ratio 0.25\r\nllamacpp:tokens_predicted_total 1.5e+06 1700000000\n");
    EXPECT_EQ(sample, (Sample{.counters = Counters{0, 1'500'000, 0}, .kv_cache_usage = 0.25}));
}

TEST(ReadMetrics, OtherAndWrongLinesSayNothing) {
    for (const std::string text : {"", "\n\n\r\n", "llamacpp:n_decode_total", "llamacpp:n_decode_total ", "llamacpp:n_decode_total nan", "llamacpp:n_decode_total inf",
                                   "llamacpp:n_decode_total -1", "llamacpp:n_decode_total 1x", "llamacpp:n_decode_total 1e300", "llamacpp:n_decode_total{a=\"b\"} 1",
                                   "# llamacpp:n_decode_total 1", "llamacpp:n_decode_totals 1", "n_decode_total 1", "llamacpp:kv_cache_usage_ratio 1.5", "<html>"})
        EXPECT_EQ(metrics(text), Sample{}) << text;
    EXPECT_EQ(metrics("llamacpp:n_decode_total 1\n" + std::string(most_answer_bytes, 'x')), Sample{});
    EXPECT_EQ(metrics("llamacpp:requests_processing 1e12").requests_in_flight, 4294967295U);
}

TEST(ReadSample, WhoSawMoreInFlightIsRight) {
    Sample sample;
    read_metrics(sample, "llamacpp:requests_processing 1");
    read_slots(sample, R"([{"is_processing":false}])");
    EXPECT_EQ(sample.requests_in_flight, 1U);
    read_slots(sample, R"([{"is_processing":true},{"is_processing":true}])");
    read_metrics(sample, "llamacpp:requests_processing 1");
    EXPECT_EQ(sample.requests_in_flight, 2U);
}

TEST(ReadModels, OfTheRealServer) { EXPECT_EQ(models(recorded("models.json")).models, std::vector<std::string>{"tiny"}); }

TEST(ReadModels, TakesOnlyIdsThatCanBeShown) {
    const auto longest = std::string(255, 'a');
    EXPECT_EQ(models(R"({"data":[{"id":"a/b:c"},{"id":""},{"id":3},{"name":"x"},{"id":"a\u0000b"},{"id":"a\nb"},{"id":"\uFDD0"},{"id":")" + longest +
                     R"("},{"id":"a)" + longest + R"("},{"meta":{"id":"no"}},"id",{"id":"é"}]})").models,
              (std::vector<std::string>{"a/b:c", longest, "é"}));
    EXPECT_EQ(models(R"({"data":[]})").models, std::vector<std::string>{});
}

TEST(ReadModels, TakesOnlySoMany) {
    std::string json = R"({"data":[)";
    for (int i = 0; i < 1000; ++i) json += R"({"id":"m)" + std::to_string(i) + R"("},)";
    EXPECT_EQ(models(json + R"({"id":"last"}]})").models->size(), 64U);
}

TEST(ReadModels, AnythingElseSaysNothing) {
    for (const std::string json : {"", "{", "[]", "{}", R"({"data":{}})", R"({"data":"id"})", R"({"data":[{"id":"a"})", R"({"models":[{"id":"a"}]})", R"([{"data":[{"id":"a"}]}])"})
        EXPECT_EQ(models(json), Sample{}) << json;
}

TEST(ReadConnections, OfTheRealServer) {
    const auto text = recorded("net_tcp");
    EXPECT_EQ(connections(text, 8081).requests_in_flight, 3U) << "each is there twice, once for each end";
    EXPECT_EQ(connections(text, 8081, {0xB58A, 0xB590, 9}).requests_in_flight, 1U);
    EXPECT_EQ(connections(text, 8082).requests_in_flight, 0U);
}

TEST(ReadConnections, OnlyOfThisHostsLoopback) {
    const auto header = recorded("net_tcp").substr(0, recorded("net_tcp").find('\n') + 1);
    const auto count = [&](const std::string& line) { return connections(header + line + "\n", 8081).requests_in_flight; };
    EXPECT_EQ(count("   0: 0100007F:1F91 0100007F:B59E 01 0:0"), 1U);
    EXPECT_EQ(count("   0: 0100007F:B59E 0100007F:1F91 01 0:0"), 1U);
    for (const std::string line : {"   0: 0A00000A:1F91 0B00000A:B59E 01 0:0", "   0: 0A00000A:B59E 0B00000A:1F91 01 0:0", "   0: 0100007F:1F91 0100007F:B59E 02 0:0",
                                   "   0: 0100007F:1F91 0100007F:B59E", "0100007F:1F91", "", "   0: 0100007F:1F9 0100007F:B59E 01", "   0: 0100007F:1F91 0100007G:B59E 01"})
        EXPECT_EQ(count(line), 0U) << line;
    EXPECT_EQ(connections("", 8081), Sample{});
    EXPECT_EQ(connections("   0: 0100007F:1F91 0100007F:B59E 01 0:0\n", 8081), Sample{}) << "no header, so it is something else";
}

TEST(Readers, TakeWhateverComes) {
    std::mt19937 random{7};
    for (const auto* name : {"busy.slots.json", "busy.metrics", "models.json", "net_tcp"}) {
        const auto good = recorded(name);
        for (int round = 0; round < 2000; ++round) {
            auto text = good.substr(0, random() % (good.size() + 1));
            for (auto changes = random() % 4; changes > 0 && !text.empty(); --changes) text[random() % text.size()] = static_cast<char>(random());
            Sample sample;
            read_slots(sample, text);
            read_metrics(sample, text);
            read_models(sample, text);
            read_connections(sample, text, 8081, {});
            EXPECT_LE(sample.requests_in_flight.value_or(0), 1'000'000'000U);
        }
    }
}

// --- merge --------------------------------------------------------------------------------------------

Sample counted(Counters counters, std::uint32_t in_flight = 0, std::uint64_t tokens_in_flight = 0) {
    return {.requests_in_flight = in_flight, .requests_deferred = 0, .tokens_in_flight = tokens_in_flight, .counters = counters};
}

TEST(MergeActivity, TheFirstSampleOfAServerThatRanBeforeIsNoUse) {
    const auto first = merge({}, counted({27, 5700, 3800}), 9 * second);
    EXPECT_FALSE(first.used);
    EXPECT_EQ(first.activity.tokens_total, 5700U);
    EXPECT_EQ(first.activity.tokens_per_second, std::nullopt);
    EXPECT_FALSE(merge(first.activity, counted({27, 5700, 3800}), 10 * second).used);
}

TEST(MergeActivity, TheFirstSampleOfAServerThatWasSeenToStartIs) {
    EXPECT_TRUE(merge(just_started(second), counted({13, 0, 1}), 2 * second).used);
    const auto unused = merge(just_started(second), counted({}), 2 * second);
    EXPECT_FALSE(unused.used);
    EXPECT_EQ(unused.activity.tokens_per_second, 0.0);
}

TEST(MergeActivity, ARequestShorterThanTheIntervalIsUse) {
    const auto before = merge({}, counted({10, 20, 30}), second).activity;
    for (const auto& after : {Counters{11, 20, 30}, Counters{10, 21, 30}, Counters{10, 20, 31}}) {
        const auto now = merge(before, counted(after), 2 * second);
        EXPECT_TRUE(now.used);
        EXPECT_EQ(now.activity.requests_in_flight, 0U);
        EXPECT_FALSE(merge(now.activity, counted(after), 3 * second).used);
    }
}

TEST(MergeActivity, WhatIsInFlightOrWaitsIsUse) {
    EXPECT_TRUE(merge({}, Sample{.requests_in_flight = 1}, second).used);
    EXPECT_TRUE(merge({}, Sample{.requests_deferred = 1}, second).used);
    EXPECT_FALSE(merge({}, Sample{}, second).used);
    EXPECT_FALSE(merge({}, Sample{.requests_in_flight = 0, .requests_deferred = 0, .kv_cache_usage = 0.5, .models = std::vector<std::string>{"a"}}, second).used);
}

TEST(MergeActivity, TheRealServersProbesAreNoUseAndItsRequestsAre) {
    const auto sample = [](const std::string& metrics_file, const std::string& slots_file) {
        Sample taken;
        read_metrics(taken, recorded(metrics_file));
        read_slots(taken, recorded(slots_file));
        return taken;
    };
    const auto fresh = merge(just_started(second), sample("fresh.metrics", "idle.slots.json"), 2 * second);
    EXPECT_FALSE(fresh.used);
    const auto busy = merge(fresh.activity, sample("busy.metrics", "busy.slots.json"), 3 * second);
    EXPECT_TRUE(busy.used);
    EXPECT_EQ(busy.activity.tokens_per_second, 361.0);
    const auto done = merge(busy.activity, sample("used.metrics", "idle.slots.json"), 103 * second);
    EXPECT_TRUE(done.used);
    EXPECT_EQ(done.activity.requests_in_flight, 0U);
    EXPECT_EQ(done.activity.tokens_total, 5700U);
    EXPECT_DOUBLE_EQ(*done.activity.tokens_per_second, (5700 - 361) / 100.0);
}

TEST(MergeActivity, TokensPerSecondFollowALongAnswer) {
    auto activity = merge(just_started(second), counted({10, 0, 1}, 1, 20), 2 * second).activity;
    EXPECT_EQ(activity.tokens_per_second, 20.0);
    activity = merge(activity, counted({10, 0, 50}, 1, 70), 4 * second).activity;
    EXPECT_EQ(activity.tokens_per_second, 25.0);
    activity = merge(activity, counted({10, 100, 80}), 5 * second).activity;
    EXPECT_EQ(activity.tokens_per_second, 30.0);
    EXPECT_EQ(activity.tokens_total, 100U);
    activity = merge(activity, counted({10, 100, 80}), 6 * second).activity;
    EXPECT_EQ(activity.tokens_per_second, 0.0);
}

TEST(MergeActivity, AnAnswerSentBetweenMetricsAndSlotsIsCountedOnce) {
    auto activity = merge(just_started(second), counted({10, 0, 1}, 1, 90), 2 * second).activity;
    activity = merge(activity, counted({10, 0, 90}), 3 * second).activity;  // not counted yet, no longer in flight
    EXPECT_EQ(activity.tokens_per_second, 0.0);
    activity = merge(activity, counted({10, 100, 100}), 4 * second).activity;
    EXPECT_EQ(activity.tokens_per_second, 10.0);
    EXPECT_EQ(activity.tokens_total, 100U);
}

TEST(MergeActivity, ARequestThatIsGivenUpDoesNotHideTheNext) {
    auto activity = merge(just_started(second), counted({10, 0, 1}, 1, 90), 2 * second).activity;
    activity = merge(activity, counted({10, 0, 90}), 3 * second).activity;
    activity = merge(activity, counted({20, 0, 95}, 1, 5), 4 * second).activity;
    EXPECT_EQ(activity.tokens_per_second, 5.0);
    activity = merge(activity, counted({20, 0, 99}, 1, 9), 5 * second).activity;
    EXPECT_EQ(activity.tokens_per_second, 4.0);
    EXPECT_EQ(activity.tokens_total, 99U);
}

TEST(MergeActivity, ARestartedServerIsUsedOnlyIfItWorked) {
    const auto before = merge({}, counted({10, 200, 30}), second).activity;
    const auto idle = merge(before, counted({}), 2 * second);
    EXPECT_FALSE(idle.used);
    EXPECT_EQ(idle.activity.tokens_total, 0U);
    const auto busy = merge(before, counted({10, 50, 30}), 2 * second);
    EXPECT_TRUE(busy.used);
    EXPECT_EQ(busy.activity.tokens_total, 50U);
    EXPECT_EQ(busy.activity.tokens_per_second, std::nullopt);
    EXPECT_EQ(merge(busy.activity, counted({10, 60, 40}), 3 * second).activity.tokens_per_second, 10.0);
}

TEST(MergeActivity, WhatIsNotSaidStaysAsItWas) {
    auto said = counted({10, 20, 30}, 2, 7);
    said.requests_deferred = 3;
    said.kv_cache_usage = 0.5;
    said.models = std::vector<std::string>{"a"};
    const auto before = merge(just_started(second), said, 2 * second).activity;
    const auto after = merge(before, {}, 3 * second);
    EXPECT_EQ(after.activity, before);
    EXPECT_TRUE(after.used) << "two requests are in flight still, as far as anybody knows";
    // The rate is over the time since the last answer, not since the last question.
    EXPECT_EQ(merge(after.activity, counted({10, 27, 40}), 4 * second).activity.tokens_per_second, 0.0);
    EXPECT_EQ(merge(after.activity, counted({10, 47, 40}), 4 * second).activity.tokens_per_second, 10.0);
}

TEST(MergeActivity, TimeThatStandsStillGivesNoRate) {
    const auto before = merge(just_started(second), counted({0, 10, 1}), 2 * second).activity;
    const auto same = merge(before, counted({0, 20, 2}), 2 * second).activity;
    EXPECT_EQ(same.tokens_per_second, before.tokens_per_second);
    EXPECT_EQ(same.tokens_total, 20U);
}

}  // namespace
}  // namespace hal0::slot
