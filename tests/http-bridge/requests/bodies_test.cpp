#include "http-bridge/requests/bodies.hpp"

#include "refusal.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::http {
namespace {

using nlohmann::json;

struct BodyCase {
    std::string body, refusal;
};

TEST(ConfigChanges, NameEveryFieldThatIsWrong) {
    const std::vector<BodyCase> cases = {
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

TEST(CreateRequest, TakesNullAsNotGiven) {
    const auto wanted = create_request(R"({"name":"chat","port":null,"model":"qwen","ctx":{"a":null,"b":1}})");
    EXPECT_EQ(wanted.name, "chat");
    EXPECT_EQ(wanted.config, json::parse(R"({"model":{"default":"qwen"},"ctx":{"b":1}})"));
    EXPECT_EQ(create_request(R"({"name":"chat","model":{"default":null},"l":[{"a":null}]})").config, json::parse(R"({"model":{},"l":[{"a":null}]})"));
}

TEST(CreateRequest, RefusesANameThatIsNone) {
    const std::vector<BodyCase> cases = {{"{}", "400 slot.name_required"},
                                         {R"({"name":null})", "400 slot.name_required"},
                                         {R"({"name":""})", "400 slot.name_required"},
                                         {R"({"name":"Chat"})", "400 slot.name_invalid"},
                                         {R"({"name":"a b"})", "400 slot.name_invalid"},
                                         {R"({"name":"-a"})", "400 slot.name_invalid"},
                                         {R"({"name":"a\u0000"})", "400 slot.name_invalid"},
                                         {R"({"name":"123456789012345678901234567890123"})", "400 slot.name_invalid"},
                                         {R"({"name":"metrics"})", "400 slot.name_invalid"},
                                         {R"({"name":"metrics-2"})", "accepted"},
                                         {R"({"name":["chat"],"port":1})", R"(422 validation.invalid | string_type ["body","name"] | greater_than_equal ["body","port"])"},
                                         {R"({"name":"12345678901234567890123456789012"})", "accepted"}};
    for (const auto& c : cases) EXPECT_EQ(refusal([&] { create_request(c.body); }), c.refusal) << c.body;
}

TEST(LoadRequest, NamesAModelOrNone) {
    for (const auto* body : {"", "{}", R"({"model_id":null})", R"({"model_id":"","model":null})"}) EXPECT_EQ(load_request(body), std::nullopt) << body;
    for (const auto* body : {R"({"model_id":"m"})", R"({"model":"m"})", R"({"model_id":"m","model":"m"})", R"({"model_id":"","model":"m"})"}) EXPECT_EQ(load_request(body), "m") << body;
    const std::vector<BodyCase> cases = {{R"({"model_id":"a","model":"b"})", R"(422 validation.invalid | value_error ["body","model"])"},
                                         {R"({"model_id":1,"model":[],"x":null,"persist":true})",
                                          R"(422 validation.invalid | string_type ["body","model"] | string_type ["body","model_id"] | extra_forbidden ["body","persist"] | extra_forbidden ["body","x"])"},
                                         {" ", "400 request.invalid_json"},
                                         {"null", "400 request.not_an_object"}};
    for (const auto& c : cases) EXPECT_EQ(refusal([&] { load_request(c.body); }), c.refusal) << c.body;
}

TEST(SwapRequest, NamesAModel) {
    for (const auto* body : {R"({"model_id":"m"})", R"({"model_id":"m","persist":null})", R"({"model_id":"m","persist":false})"}) {
        EXPECT_EQ(swap_request(body).model_id, "m") << body;
        EXPECT_FALSE(swap_request(body).persist) << body;
    }
    EXPECT_TRUE(swap_request(R"({"model_id":"m","persist":true})").persist);
    const std::vector<BodyCase> cases = {{"{}", "400 swap.missing_model"},
                                         {R"({"model_id":null})", "400 swap.missing_model"},
                                         {R"({"model_id":""})", "400 swap.missing_model"},
                                         {R"({"model":"m"})", "400 swap.missing_model"},
                                         {"", "400 request.invalid_json"},
                                         {R"({"model_id":1,"persist":"yes","x":1})", R"(422 validation.invalid | string_type ["body","model_id"] | bool_type ["body","persist"] | extra_forbidden ["body","x"])"}};
    for (const auto& c : cases) EXPECT_EQ(refusal([&] { swap_request(c.body); }), c.refusal) << c.body;
}

TEST(InstallModelRequest, NamesAModel) {
    EXPECT_EQ(install_model_request(R"({"model_id":"m"})"), "m");
    const std::vector<BodyCase> cases = {{"{}", R"(422 validation.invalid | missing ["body","model_id"])"},
                                         {R"({"model_id":null})", R"(422 validation.invalid | missing ["body","model_id"])"},
                                         {R"({"model_id":""})", R"(422 validation.invalid | missing ["body","model_id"])"},
                                         {R"({"model_id":1})", R"(422 validation.invalid | string_type ["body","model_id"])"},
                                         {R"({"model":"m"})", R"(422 validation.invalid | extra_forbidden ["body","model"] | missing ["body","model_id"])"}};
    for (const auto& c : cases) EXPECT_EQ(refusal([&] { install_model_request(c.body); }), c.refusal) << c.body;
}

TEST(BackendRequest, KnowsTheHardware) {
    struct Choice {
        std::string body, device, requested;
        json hardware = json::object();
    };
    const std::vector<Choice> choices = {{R"({"backend":"rocm"})", "gpu-rocm", "rocm"},
                                         {R"({"backend":"vulkan"})", "gpu-vulkan", "vulkan"},
                                         {R"({"backend":"cpu"})", "cpu", "cpu"},
                                         {R"({"device":"gpu-rocm"})", "gpu-rocm", "gpu-rocm"},
                                         {R"({"device":"gpu-vulkan","backend":null})", "gpu-vulkan", "gpu-vulkan"},
                                         {R"({"device":"gpu-rocm","backend":"rocm"})", "gpu-rocm", "rocm"},
                                         {R"({"device":"cpu","backend":""})", "cpu", "cpu"},
                                         {R"({"backend":"auto"})", "gpu-rocm", "auto", {{"default_hardware", "rocm"}}},
                                         {R"({"backend":"auto"})", "gpu-vulkan", "auto", {{"default_hardware", "vulkan"}}},
                                         {R"({"device":"auto"})", "cpu", "auto", {{"default_hardware", "cpu"}}},
                                         {R"({"backend":"auto"})", "gpu-vulkan", "auto", {{"default_hardware", nullptr}}},
                                         {R"({"backend":"auto"})", "gpu-vulkan", "auto", nullptr}};
    for (const auto& c : choices) {
        const auto wanted = backend_request(c.body, c.hardware);
        EXPECT_EQ(wanted.device, c.device) << c.body;
        EXPECT_EQ(wanted.requested, c.requested) << c.body;
    }
}

TEST(BackendRequest, RefusesWhatCannotBeChosen) {
    const std::vector<BodyCase> cases = {{"{}", "400 backend.missing"},
                                         {R"({"backend":null,"device":""})", "400 backend.missing"},
                                         {R"({"backend":"npu"})", "400 backend.not_selectable"},
                                         {R"({"backend":"flm"})", "400 backend.not_selectable"},
                                         {R"({"device":"npu"})", "400 backend.not_selectable"},
                                         {R"({"backend":"ROCm"})", "400 backend.not_selectable"},
                                         {R"({"backend":"rocm","device":"cpu"})", "400 backend.not_selectable"},
                                         {R"({"backend":1,"device":true,"x":0})", R"(422 validation.invalid | string_type ["body","backend"] | string_type ["body","device"] | extra_forbidden ["body","x"])"}};
    for (const auto& c : cases) EXPECT_EQ(refusal([&] { backend_request(c.body, json::object()); }), c.refusal) << c.body;
}

TEST(ConfigText, IsTextThatTheBusCarriesWhole) {
    using namespace std::string_literals;
    for (const auto& text : {""s, "port = 9000"s, "\n\nport = 'x'\r\n# \xc3\xa9\n"s}) EXPECT_EQ(config_text(text), text);
    const std::vector<std::pair<std::string, int>> cases = {
        {"port = 9000\0"s, 1}, {"port = 9000\n\0nonsense\n"s, 2}, {"\0"s, 1}, {"# \xff"s, 1}, {"a = 1\n\nb = '\xc0\xaf'\nc = '\xff'\n"s, 3}, {"\xed\xa0\x80\n"s, 1}};
    for (const auto& [text, line] : cases) {
        EXPECT_EQ(refusal([&, &body = text] { config_text(body); }), "400 slot.config_error") << text;
        EXPECT_EQ(json::parse(refusing_body([&, &body = text] { config_text(body); }))["error"]["details"], json::parse("{\"line\":" + std::to_string(line) + "}")) << text;
    }
}

TEST(ModelRequest, NeedsAnIdAndAPath) {
    const auto wanted = model_request(R"({"id":"org/q:4@1+x","path":"q.gguf","license":null,"tags":["a"],"own":{"a":null,"b":1}})");
    EXPECT_EQ(wanted.id, "org/q:4@1+x");
    EXPECT_EQ(wanted.properties, json::parse(R"({"path":"q.gguf","tags":["a"],"own":{"b":1}})"));
    const std::vector<BodyCase> cases = {{"{}", R"(422 validation.invalid | missing ["body","id"] | missing ["body","path"])"},
                                         {R"({"id":null,"path":""})", R"(422 validation.invalid | missing ["body","id"] | missing ["body","path"])"},
                                         {R"({"id":"-x"})", R"(422 validation.invalid | missing ["body","path"] | value_error ["body","id"])"},
                                         {R"({"id":7,"path":"p"})", R"(422 validation.invalid | string_type ["body","id"])"},
                                         {R"({"id":"a b","path":"p"})", R"(422 validation.invalid | value_error ["body","id"])"},
                                         {R"({"id":"q","path":"p","size_bytes":-1})", R"(422 validation.invalid | greater_than_equal ["body","size_bytes"])"},
                                         {R"({"id":"q","path":"p","defaults":{"context_size":1,"ctx_size":"1"}})",
                                      R"(422 validation.invalid | greater_than_equal ["body","defaults","context_size"] | int_parsing ["body","defaults","ctx_size"])"}};
    for (const auto& c : cases) EXPECT_EQ(refusal([&] { model_request(c.body); }), c.refusal) << c.body;
}

TEST(ModelRequest, TakesARowAsItIsShown) {
    const auto wanted = model_request(R"({"id":"q","name":"Q","path":"q.gguf","size_bytes":null,"license":null,"capabilities":[],"hf_repo":null,"hf_filename":null,"tags":[],"backends":[],
        "mmproj":null,"defaults":{"context_size":8192},"metadata":{},"ns":"pulled","installed":true,"object":"model","created":null,"owned_by":"local","type":null})");
    EXPECT_EQ(wanted.properties, json::parse(R"({"name":"Q","path":"q.gguf","capabilities":[],"tags":[],"backends":[],"defaults":{"context_size":8192},"metadata":{}})"));
}

}  // namespace
}  // namespace hal0::http
