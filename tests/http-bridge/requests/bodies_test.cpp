#include "http-bridge/requests/bodies.hpp"

#include "http-bridge/http/answer.hpp"
#include "http-bridge/requests/query.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace hal0::http {
namespace {

using nlohmann::json;

/// `status code` and, of a 422, each field as `type loc`.
std::string refusal(const std::function<void()>& request) {
    try {
        request();
    } catch (const Refused& refused) {
        auto text = std::to_string(refused.status()) + " " + refused.code();
        for (const auto& field : refused.details().value("fields", json::array())) text += " | " + field["type"].get<std::string>() + " " + field["loc"].dump();
        return text;
    }
    return "accepted";
}

struct Case {
    std::string body, refusal;
};

TEST(Bodies, AreJsonObjects) {
    const std::vector<Case> cases = {
        {"", "400 request.invalid_json"},        {"{", "400 request.invalid_json"},       {"{\"a\":\"\xff\"}", "400 request.invalid_json"},
        {"{\"a\":1,\"a\":2}", "400 request.invalid_json"}, {"{\"a\":1e400}", "400 request.invalid_json"}, {"[]", "400 request.not_an_object"},
        {"null", "400 request.not_an_object"},   {"1", "400 request.not_an_object"},      {std::string(100'000, '['), "400 request.invalid_json"},
        {"{\"a\":" + std::string(32, '[') + std::string(32, ']') + "}", "400 request.invalid_json"}, {"{}", "accepted"}};
    for (const auto& c : cases) EXPECT_EQ(refusal([&] { config_changes(c.body); }), c.refusal) << c.body.substr(0, 60);
}

TEST(ConfigChanges, NameEveryFieldThatIsWrong) {
    const std::vector<Case> cases = {
        {R"({"port":"8081","enabled":1,"type":"x","profile":3})",
         R"(422 validation.invalid | bool_type ["body","enabled"] | int_parsing ["body","port"] | string_type ["body","profile"] | literal_error ["body","type"])"},
        {R"({"port":80})", R"(422 validation.invalid | greater_than_equal ["body","port"])"},
        {R"({"port":18446744073709551615})", R"(422 validation.invalid | less_than_equal ["body","port"])"},
        {R"({"model":{"context_size":1.5,"labels":["a",1],"rope_freq_base":0}})",
         R"(422 validation.invalid | int_parsing ["body","model","context_size"] | string_type ["body","model","labels",1] | value_error ["body","model","rope_freq_base"])"},
        {R"({"server":[]})", R"(422 validation.invalid | value_error ["body","server"])"},
        {R"({"own":"a\u0000b"})", R"(422 validation.invalid | value_error ["body","own"])"},
        {R"({"own":[null]})", R"(422 validation.invalid | value_error ["body","own",0])"},
        {R"({"":1})", R"(422 validation.invalid | value_error ["body",""])"},
        {R"({"port":null,"own":{"a":[1,"b"]}})", "accepted"}};
    for (const auto& c : cases) EXPECT_EQ(refusal([&] { config_changes(c.body); }), c.refusal) << c.body;
    EXPECT_EQ(config_changes(R"({"model":"qwen","port":null})"), json::parse(R"({"model":{"default":"qwen"},"port":null})"));
    EXPECT_EQ(defaults_changes(R"({"context_size":8192})"), json::parse(R"({"model":{"context_size":8192}})"));
    EXPECT_EQ(refusal([] { defaults_changes(R"({"context_size":1})"); }), R"(422 validation.invalid | greater_than_equal ["body","context_size"])");
}

TEST(Refusal, NeverRepeatsTheValue) {
    try {
        config_changes(R"({"type":"secret-value"})");
        ADD_FAILURE();
    } catch (const Refused& refused) {
        EXPECT_EQ(refused.answer().body.find("secret-value"), std::string::npos);
    }
}

TEST(CreateRequest, TakesNullAsNotGiven) {
    const auto wanted = create_request(R"({"name":"chat","port":null,"model":"qwen","ctx":{"a":null,"b":1}})");
    EXPECT_EQ(wanted.name, "chat");
    EXPECT_EQ(wanted.config, json::parse(R"({"model":{"default":"qwen"},"ctx":{"b":1}})"));
    EXPECT_EQ(refusal([] { create_request("{}"); }), "400 slot.name_required");
    EXPECT_EQ(refusal([] { create_request(R"({"name":"../x"})"); }), "400 slot.name_invalid");
    EXPECT_EQ(refusal([] { create_request(R"({"name":1})"); }), R"(422 validation.invalid | string_type ["body","name"])");
}

TEST(Operations, SayWhatToDo) {
    EXPECT_EQ(load_request(""), std::nullopt);
    EXPECT_EQ(load_request(R"({"model_id":null})"), std::nullopt);
    EXPECT_EQ(load_request(R"({"model":"m"})"), "m");
    EXPECT_EQ(refusal([] { load_request(R"({"x":1})"); }), R"(422 validation.invalid | extra_forbidden ["body","x"])");
    EXPECT_EQ(refusal([] { swap_request("{}"); }), "400 swap.missing_model");
    EXPECT_TRUE(swap_request(R"({"model_id":"m","persist":true})").persist);
    EXPECT_FALSE(swap_request(R"({"model_id":"m"})").persist);
    EXPECT_EQ(refusal([] { swap_request(R"({"model_id":"m","persist":1})"); }), R"(422 validation.invalid | bool_type ["body","persist"])");
    EXPECT_EQ(refusal([] { install_model_request("{}"); }), R"(422 validation.invalid | missing ["body","model_id"])");
    EXPECT_EQ(refusal([] { backend_request("{}", {}); }), "400 backend.missing");
    EXPECT_EQ(refusal([] { backend_request(R"({"backend":"npu"})", {}); }), "400 backend.not_selectable");
    EXPECT_EQ(backend_request(R"({"backend":"auto"})", {{"default_hardware", "rocm"}}).device, "gpu-rocm");
    EXPECT_EQ(backend_request(R"({"device":"gpu-vulkan"})", {}).device, "gpu-vulkan");
    EXPECT_EQ(refusal([] { model_request(R"({"id":"-x"})"); }), R"(422 validation.invalid | missing ["body","path"] | value_error ["body","id"])");
}

TEST(Query, IsChecked) {
    const auto with = [](const char* name, const char* value) { return Request{.method = "GET", .query = {{name, value}}}; };
    EXPECT_EQ(lines_query(with("lines", "5000"), 200), 5000U);
    EXPECT_EQ(lines_query(with("x", ""), 200), 200U);
    EXPECT_EQ(refusal([&] { lines_query(with("lines", "0"), 200); }), R"(422 validation.invalid | greater_than_equal ["query","lines"])");
    EXPECT_EQ(refusal([&] { lines_query(with("lines", "99999999999999999999"), 200); }), R"(422 validation.invalid | less_than_equal ["query","lines"])");
    EXPECT_EQ(refusal([&] { lines_query(with("lines", "1x"), 200); }), R"(422 validation.invalid | int_parsing ["query","lines"])");
    EXPECT_EQ(wait_query(with("wait", "0.5")).count(), 500);
    EXPECT_EQ(wait_query(with("x", "")).count(), 8000);
    EXPECT_EQ(refusal([&] { wait_query(with("wait", "nan")); }), R"(422 validation.invalid | value_error ["query","wait"])");
    EXPECT_EQ(refusal([&] { severity_query(with("severity", "x")); }), R"(422 validation.invalid | literal_error ["query","severity"])");
}

}  // namespace
}  // namespace hal0::http
