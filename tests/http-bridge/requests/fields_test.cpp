// What each key of a slot's file and of a model's row has to be.
#include "http-bridge/requests/fields.hpp"

#include "http-bridge/requests/bodies.hpp"
#include "refusal.hpp"
#include "slot/client_config.hpp"
#include "slot/config.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace hal0::http {
namespace {

using nlohmann::json;
namespace limits = slot::client_config;

/// The place of a key in a body, and a body with this value there.
std::string place(const Field& field) { return field.table.empty() ? fmt::format(R"(["body","{}"])", field.key) : fmt::format(R"(["body","{}","{}"])", field.table, field.key); }
std::string body(const Field& field, const std::string& value) {
    return field.table.empty() ? fmt::format(R"({{"{}":{}}})", field.key, value) : fmt::format(R"({{"{}":{{"{}":{}}}}})", field.table, field.key, value);
}

std::string refusal_of_field(const Field& field, const std::string& value) {
    return refusal([&] { config_changes(body(field, value)); });
}

struct BadField {
    std::string value, type;
};

std::vector<BadField> bad_values(Kind kind) {
    switch (kind) {
        case Kind::text: return {{"1", "string_type"}, {"true", "string_type"}, {"[]", "string_type"}, {"{}", "string_type"}};
        case Kind::word: return {{"1", "string_type"}, {"[\"cpu\"]", "string_type"}, {"\"nonsense\"", "literal_error"}, {"\"\"", "literal_error"}, {"\"CPU\"", "literal_error"}, {"\"cpu\\u0000\"", "literal_error"}};
        case Kind::integer: return {{"\"1\"", "int_parsing"}, {"1.0", "int_parsing"}, {"1e3", "int_parsing"}, {"true", "int_parsing"}, {"[]", "int_parsing"}, {"{}", "int_parsing"}, {"-9223372036854775809", "int_parsing"},
                                    {"18446744073709551616", "int_parsing"}, {"18446744073709551615", "less_than_equal"}, {"9223372036854775807", "less_than_equal"}, {"-9223372036854775808", "greater_than_equal"}};
        case Kind::positive_number: return {{"0", "value_error"}, {"-1", "value_error"}, {"-0.0", "value_error"}, {"\"1\"", "value_error"}, {"true", "value_error"}, {"[]", "value_error"}};
        case Kind::flag: return {{"0", "bool_type"}, {"1", "bool_type"}, {"\"true\"", "bool_type"}, {"[]", "bool_type"}};
        case Kind::texts: return {{"\"a\"", "value_error"}, {"1", "value_error"}, {"{}", "value_error"}};
        case Kind::table: return {{"[]", "value_error"}, {"1", "value_error"}, {"true", "value_error"}};
    }
    return {};
}

TEST(SlotFields, AreRefusedForWhatTheyAreNot) {
    for (const auto& field : slot_fields())
        for (const auto& [value, type] : bad_values(field.kind))
            EXPECT_EQ(refusal_of_field(field, value), fmt::format("422 validation.invalid | {} {}", type, place(field))) << body(field, value);
}

TEST(SlotFields, MayAllBeNull) {
    for (const auto& field : slot_fields()) EXPECT_EQ(refusal_of_field(field, "null"), "accepted") << field.key;
}

TEST(SlotFields, TakeEachOfTheirWords) {
    const std::vector<std::pair<std::string, std::vector<std::string>>> words = {{"type", {"llm", "embedding", "reranking", "transcription", "tts", "image"}}, {"device", {"gpu-vulkan", "gpu-rocm", "cpu", "npu"}},
                                                                                 {"backend", {"vulkan", "rocm", "cpu", "flm"}}, {"provider", {"llama-server", "flm", "kokoro", "moonshine", "comfyui"}}};
    for (const auto& [key, known] : words)
        for (const auto& word : known) EXPECT_EQ(refusal([&, key = key] { config_changes(json{{key, word}}.dump()); }), "accepted") << word;
}

struct Range {
    std::string table, key;
    std::int64_t least, most;
};

// docs/slots.md
const std::vector<Range> ranges = {{"", "port", 1024, 65535}, {"", "idle_timeout_s", 0, 31536000}, {"model", "context_size", 128, 16777216}, {"model", "ctx_size", 128, 16777216}, {"model", "n_gpu_layers", -1, 9999},
                                   {"server", "parallel", 1, 256}, {"limits", "cpu_weight", 1, 10000}, {"timeouts", "start_s", 1, 86400}, {"timeouts", "stop_s", 1, 3600}};

/// Whether slot/ takes the value, too.
bool is_right_in_a_file(const Range& range, std::int64_t value) {
    const auto line = fmt::format("{} = {}\n", range.key, value);
    const auto toml = range.table.empty() ? (range.key == "port" ? "" : "port = 9000\n") + line : fmt::format("port = 9000\n[{}]\n{}", range.table, line);
    return slot::parse_slot(*slot::SlotName::parse("chat"), "chat.toml", toml).config.has_value();
}

TEST(SlotFields, HaveTheRangesOfTheFile) {
    for (const auto& range : ranges) {
        SCOPED_TRACE(range.key);
        const Field field{range.table, range.key, Kind::integer};
        const auto wanted = [&](const char* type) { return fmt::format("422 validation.invalid | {} {}", type, place(field)); };
        EXPECT_EQ(refusal_of_field(field, std::to_string(range.least)), "accepted");
        EXPECT_EQ(refusal_of_field(field, std::to_string(range.most)), "accepted");
        EXPECT_EQ(refusal_of_field(field, std::to_string(range.least - 1)), wanted("greater_than_equal"));
        EXPECT_EQ(refusal_of_field(field, std::to_string(range.most + 1)), wanted("less_than_equal"));
        for (const auto value : {range.least, range.most}) EXPECT_TRUE(is_right_in_a_file(range, value)) << value;
        for (const auto value : {range.least - 1, range.most + 1}) EXPECT_FALSE(is_right_in_a_file(range, value)) << value;
    }
    const auto count = std::count_if(slot_fields().begin(), slot_fields().end(), [](const auto& field) { return field.kind == Kind::integer; });
    EXPECT_EQ(static_cast<std::size_t>(count), ranges.size());
}

TEST(ModelFields, AreRefusedForWhatTheyAreNot) {
    for (const auto& field : model_fields()) {
        for (const auto& [value, type] : bad_values(field.kind)) {
            if (field.key == "size_bytes" && value == "9223372036854775807") continue;  // its largest
            auto row = json::parse(R"({"id":"q","path":"q.gguf"})");
            row.update(json::parse(body(field, value)));
            EXPECT_EQ(refusal([&] { model_request(row.dump()); }), fmt::format("422 validation.invalid | {} {}", type, place(field))) << row;
        }
    }
}

TEST(Lists, SayWhichElementIsWrong) {
    EXPECT_EQ(refusal([] { config_changes(R"({"model":{"labels":["a",1,"b",null,["c"]]}})"); }),
              R"(422 validation.invalid | string_type ["body","model","labels",1] | string_type ["body","model","labels",3] | string_type ["body","model","labels",4])");
    EXPECT_EQ(refusal([] { config_changes(R"({"model":{"labels":["a","b\u0000"]}})"); }), R"(422 validation.invalid | value_error ["body","model","labels",1])");
}

TEST(OtherKeys, AreKeptAsTheyAre) {
    const auto text = R"({"own":{"a":[1,-2,2.5,true,"x",{"b":{}}],"port":"not the port","n":null},"model":{"own":{"default":7}},"slots":1})";
    EXPECT_EQ(config_changes(text), json::parse(text));
    EXPECT_EQ(defaults_changes(R"({"port":"no port here","own":{"context_size":"nor this"}})").dump(), R"({"model":{"own":{"context_size":"nor this"},"port":"no port here"}})");
}

TEST(OtherKeys, HaveToFitIntoTheFile) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"({"own":"a\u0000"})", R"(value_error ["body","own"])"},
        {R"({"own":"\uffff"})", R"(value_error ["body","own"])"},  // no character: systemd drops such a line
        {R"({"own":18446744073709551615})", R"(less_than_equal ["body","own"])"},
        {R"({"own":{"":1}})", R"(value_error ["body","own",""])"},
        {R"({"a\u0000b":1})", R"(value_error ["body","a\u0000b"])"},
        {R"({"own":[1,null]})", R"(value_error ["body","own",1])"},
        {R"({"own":[[null]]})", R"(value_error ["body","own",0,0])"},
    };
    for (const auto& [text, wrong] : cases) EXPECT_EQ(refusal([&, text = text] { config_changes(text); }), "422 validation.invalid | " + wrong) << text;
    EXPECT_EQ(refusal([] { config_changes(R"({"own":9223372036854775807,"low":-9223372036854775808})"); }), "accepted");
}

/// Accepted at the edge and by slot/, or refused by both.
void expect_bound(const json& within, const json& beyond, const std::string& wrong) {
    EXPECT_EQ(refusal([&] { config_changes(within.dump()); }), "accepted");
    EXPECT_EQ(slot::unacceptable(within), std::nullopt);
    EXPECT_EQ(refusal([&] { config_changes(beyond.dump()); }), "422 validation.invalid | " + wrong);
    EXPECT_NE(slot::unacceptable(beyond), std::nullopt);
}

TEST(Bounds, AreThoseOfSlot) {
    expect_bound({{"own", std::string(limits::longest_text, 'x')}}, {{"own", std::string(limits::longest_text + 1, 'x')}}, R"(value_error ["body","own"])");
    expect_bound({{std::string(limits::longest_key, 'k'), 1}}, {{std::string(limits::longest_key + 1, 'k'), 1}}, R"(value_error ["body",")" + std::string(limits::longest_key, 'k') + R"("])");

    auto many = json::object(), more = json::object();
    for (std::size_t i = 0; i < limits::most_values; ++i) many["k" + std::to_string(i)] = i;
    more = many;
    more["one"] = 1;
    expect_bound(many, more, R"(value_error ["body"])");
    expect_bound({{"own", json::array_t(limits::most_values - 1, 1)}}, {{"own", json::array_t(limits::most_values, 1)}}, R"(value_error ["body"])");

    auto large = json::object();
    for (const auto* key : {"a", "b", "c"}) large[key] = std::string(limits::longest_text, 'x');
    large["d"] = std::string(limits::longest_text - 4, 'x');
    auto larger = large;
    larger["d"] = std::string(limits::longest_text - 3, 'x');
    expect_bound(large, larger, R"(value_error ["body"])");
}

/// `levels` tables in one another, the outermost being the body.
json nested(std::size_t levels) {
    json inner = json::object();
    for (std::size_t i = 1; i < levels; ++i) inner = {{"a", inner}};
    return inner;
}

TEST(Bounds, OfDepthAreThoseOfSlot) {
    std::string at = R"(["body")";
    for (std::size_t i = 0; i < limits::deepest; ++i) at += R"(,"a")";
    expect_bound(nested(limits::deepest), nested(limits::deepest + 1), "value_error " + at + "]");
    // What stands below [model] anyway has one level less.
    EXPECT_EQ(refusal([] { defaults_changes(nested(limits::deepest - 1).dump()); }), "accepted");
    EXPECT_NE(refusal([] { defaults_changes(nested(limits::deepest).dump()); }), "accepted");
    EXPECT_EQ(slot::unacceptable(defaults_changes(nested(limits::deepest - 1).dump())), std::nullopt);
}

TEST(Bounds, CountTheTableThatIsMeant) {
    auto many = json::object();
    for (std::size_t i = 1; i < limits::most_values; ++i) many["k" + std::to_string(i)] = i;
    EXPECT_EQ(slot::unacceptable(defaults_changes(many.dump())), std::nullopt);
    many["one"] = 1;
    EXPECT_EQ(refusal([&] { defaults_changes(many.dump()); }), R"(422 validation.invalid | value_error ["body"])");
}

TEST(Refusal, NeverRepeatsAValue) {
    for (const auto* text : {R"({"port":"secret","type":"secret","enabled":"secret","model":{"context_size":"secret","rope_freq_base":"secret","labels":"secret"},"server":"secret","own":["secret\u0000"]})"})
        EXPECT_EQ(refusing_body([&] { config_changes(text); }).find("secret"), std::string::npos);
    EXPECT_EQ(refusing_body([] { create_request(R"({"name":"Secret!"})"); }).find("ecret"), std::string::npos);
    EXPECT_EQ(refusing_body([] { load_request(R"({"model":"secret","model_id":"other"})"); }).find("secret"), std::string::npos);
    EXPECT_EQ(refusing_body([] { backend_request(R"({"backend":"secret"})", {}); }).find("secret"), std::string::npos);
    EXPECT_EQ(refusing_body([] { backend_request(R"({"backend":["secret"]})", {}); }).find("secret"), std::string::npos);
    EXPECT_EQ(refusing_body([] { swap_request(R"({"model_id":"x","persist":"secret"})"); }).find("secret"), std::string::npos);
    EXPECT_EQ(refusing_body([] { model_request(R"({"id":"-secret","path":7})"); }).find("secret"), std::string::npos);
}

TEST(Refusal, CountsWhatElseIsWrong) {
    EXPECT_EQ(refusing_body([] { config_changes(R"({"port":80})"); }),
              R"({"error":{"code":"validation.invalid","details":{"fields":[{"loc":["body","port"],"msg":"has to be a whole number from 1024 to 65535","type":"greater_than_equal"}]},)"
              R"("message":"body.port has to be a whole number from 1024 to 65535"}})");
    const auto message = [](const char* text) { return json::parse(refusing_body([&] { config_changes(text); }))["error"]["message"].get<std::string>(); };
    EXPECT_EQ(message(R"({"enabled":1,"port":80})"), "body.enabled has to be true or false; 1 more is wrong, too");
    EXPECT_EQ(message(R"({"enabled":1,"port":80,"profile":1})"), "body.enabled has to be true or false; 2 more are wrong, too");
    EXPECT_EQ(message(R"({"model":{"labels":[1]}})"), "body.model.labels.0 has to be a text");
    EXPECT_EQ(message(R"({"a\u0000\u001b":"\u0000"})").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace hal0::http
