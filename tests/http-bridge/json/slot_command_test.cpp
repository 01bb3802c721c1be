#include "sample_slots.hpp"

#include "http-bridge/json/slot_json.hpp"

#include <gtest/gtest.h>

namespace hal0::http {
namespace {

// As a slot with a profile, a model and arguments of its own starts: what stands behind each word is what hal0d says of it.
TEST(Resolved, SaysWhatPutEachPartThere) {
    auto slot = full_slot();
    slot.command = {{"profile", {"example.org/llama:2"}}, {"hal0", {"--host", "127.0.0.1", "--port", "8081", "--metrics"}}, {"model", {"--model", "/models/q.gguf"}},
                    {"profile", {"--flash-attn"}}, {"slot", {"--parallel", "4"}}, {"extra_args", {"--temp", "-0.5", "--lora-scaled", "/a b.gguf", "0.5"}}};
    slot.overridden = {{"profile", {"--parallel", "1"}}, {"extra_args", {"--parallel", "2"}}};
    EXPECT_EQ(resolved_json(slot).dump(), compact(R"({"name":"chat",
        "argv":["example.org/llama:2","--host","127.0.0.1","--port","8081","--metrics","--model","/models/q.gguf","--flash-attn","--parallel","4","--temp","-0.5","--lora-scaled","/a b.gguf","0.5"],
        "provenance":[
            {"flag":"--host","value":"127.0.0.1","source":"base","set_by":"hal0"},
            {"flag":"--port","value":"8081","source":"base","set_by":"hal0"},
            {"flag":"--metrics","value":null,"source":"base","set_by":"hal0"},
            {"flag":"--model","value":"/models/q.gguf","source":"base","set_by":"model"},
            {"flag":"--flash-attn","value":null,"source":"profile","set_by":"profile"},
            {"flag":"--parallel","value":"4","source":"base","set_by":"slot"},
            {"flag":"--temp","value":"-0.5","source":"extra_args","set_by":"extra_args"},
            {"flag":"--lora-scaled","value":"/a b.gguf 0.5","source":"extra_args","set_by":"extra_args"}],
        "removed":[{"flag":"--parallel","value":"1","source":"profile","set_by":"profile"},{"flag":"--parallel","value":"2","source":"extra_args","set_by":"extra_args"}]})"));
}

TEST(Resolved, KnowsWordsThatAreNoFlags) {
    auto slot = full_slot();
    slot.command = {{"profile", {"example.org/flm"}}, {"hal0", {"serve"}}, {"model", {"qwen3:4b"}}, {"extra_args", {"two words", ""}}};
    EXPECT_EQ(resolved_json(slot)["provenance"].dump(), compact(R"([{"flag":"serve","value":null,"source":"base","set_by":"hal0"},{"flag":"qwen3:4b","value":null,"source":"base","set_by":"model"},
        {"flag":"two words","value":null,"source":"extra_args","set_by":"extra_args"},{"flag":"","value":null,"source":"extra_args","set_by":"extra_args"}])"));
}

// A newer hal0d may know more of them.
TEST(Resolved, TakesASourceItDoesNotKnowForTheBase) {
    auto slot = full_slot();
    slot.command = {{"profile", {"example.org/llama"}}, {"somebody", {"--x", "1"}}};
    EXPECT_EQ(resolved_json(slot)["provenance"].dump(), compact(R"([{"flag":"--x","value":"1","source":"base","set_by":"hal0"}])"));
}

TEST(Resolved, OfACommandThatIsEmpty) {
    auto slot = full_slot();
    slot.command = slot.overridden = {};
    EXPECT_EQ(resolved_json(slot).dump(), compact(R"({"name":"chat","argv":[],"provenance":[],"removed":[]})"));
    slot.command = {{"profile", {"example.org/llama"}}};
    EXPECT_EQ(resolved_json(slot).dump(), compact(R"({"name":"chat","argv":["example.org/llama"],"provenance":[],"removed":[]})"));
}

}  // namespace
}  // namespace hal0::http
