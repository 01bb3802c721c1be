#include "http-bridge/requests/body.hpp"

#include "http-bridge/requests/bodies.hpp"
#include "refusal.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace hal0::http {
namespace {

using nlohmann::json;
using namespace std::string_literals;

std::string refusal_of(const std::string& body) {
    return refusal([&] { parse_body(body); });
}

std::string repeated(std::string_view part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
}

TEST(Body, ThatIsNoJson) {
    for (const auto& body : {""s, " \n"s, "{"s, "}"s, "{\"a\"}"s, "{\"a\":}"s, "{\"a\":1,}"s, "{a:1}"s, "{'a':1}"s, "{\"a\":1}x"s, "{\"a\":1}{}"s, "{\"a\":01}"s, "{\"a\":+1}"s, "{\"a\":.5}"s,
                             "{\"a\":NaN}"s, "{\"a\":Infinity}"s, "{\"a\":tru}"s, "{\"a\":\"\n\"}"s, "{\"a\":\"\\q\"}"s, "{\"a\":\"\\ud800\"}"s, "{\"a\":\"\\udc00x\"}"s, "// x\n{}"s, "{}\0"s, "{}\0x"s, "{}\0{}"s, "\0"s, "{\"a\":\"\0\"}"s})
        EXPECT_EQ(refusal_of(body), "400 request.invalid_json") << body;
}

TEST(Body, ThatIsNoUtf8) {
    for (const auto* bytes : {"\xff", "\x80", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3"}) {
        EXPECT_EQ(refusal_of("{\"a\":\"" + std::string{bytes} + "\"}"), "400 request.invalid_json");
        EXPECT_EQ(refusal_of("{\"" + std::string{bytes} + "\":1}"), "400 request.invalid_json");
    }
}

TEST(Body, ThatIsNoObject) {
    for (const auto* body : {"[]", "[{}]", "null", "true", "0", "-1.5e3", "\"{}\"", " [1] "}) EXPECT_EQ(refusal_of(body), "400 request.not_an_object") << body;
}

TEST(Body, IsReadAsItIs) {
    EXPECT_EQ(parse_body("\xef\xbb\xbf {\"b\" : [1, -2, 2.5, null, true], \"a\":{\"\\u00e4\":\"\\ud83d\\ude00\"}}\r\n").dump(), "{\"a\":{\"ä\":\"😀\"},\"b\":[1,-2,2.5,null,true]}");
    EXPECT_EQ(parse_body("{}"), json::object());
}

TEST(Body, WithAKeyGivenTwice) {
    for (const auto* body : {R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})", R"({"a":{"b":1,"b":2}})", R"({"a":[{"b":1,"b":null}]})", R"({"a":{},"a":{}})", R"({"":1,"":2})"})
        EXPECT_EQ(refusal_of(body), "400 request.invalid_json") << body;
    for (const auto* body : {R"({"a":{"a":1},"b":{"a":1}})", R"({"l":[{"a":1},{"a":1}]})", R"({"a":1,"A":1})"}) EXPECT_EQ(refusal_of(body), "accepted") << body;
}

TEST(Body, IsNestedWithinABound) {
    const auto lists = [](int depth) { return "{\"a\":" + repeated("[", depth) + repeated("]", depth) + "}"; };
    const auto objects = [](int depth) { return repeated("{\"a\":", depth) + "1" + repeated("}", depth); };
    EXPECT_EQ(refusal_of(lists(deepest_body - 1)), "accepted");
    EXPECT_EQ(refusal_of(lists(deepest_body)), "400 request.invalid_json");
    EXPECT_EQ(refusal_of(objects(deepest_body)), "accepted");
    EXPECT_EQ(refusal_of(objects(deepest_body + 1)), "400 request.invalid_json");
    // No stack is used up, be it closed or not.
    for (const auto* open : {"[", "{\"a\":", "[{\"a\":"}) EXPECT_EQ(refusal_of(repeated(open, 100'000)), "400 request.invalid_json");
    EXPECT_EQ(refusal_of(lists(100'000)), "400 request.invalid_json");
    EXPECT_EQ(refusal_of(objects(100'000)), "400 request.invalid_json");
    EXPECT_EQ(refusal_of("{\"a\":" + repeated("]", 100'000) + "}"), "400 request.invalid_json");
}

TEST(Body, WithHugeNumbers) {
    EXPECT_EQ(refusal_of("{\"a\":1e400}"), "400 request.invalid_json");
    EXPECT_EQ(refusal_of("{\"a\":-1e400}"), "400 request.invalid_json");
    EXPECT_EQ(refusal_of("{\"a\":1" + std::string(400, '0') + "}"), "400 request.invalid_json");
    EXPECT_EQ(parse_body("{\"a\":1e-400}")["a"], 0.0);
    EXPECT_EQ(parse_body("{\"a\":18446744073709551615}").dump(), "{\"a\":18446744073709551615}");
    // Beyond 64 bits it is no whole number any more: whoever wants one refuses it.
    EXPECT_TRUE(parse_body("{\"a\":18446744073709551616}")["a"].is_number_float());
}

TEST(Body, NeverIsRepeated) {
    for (const auto* body : {R"({"a":"secret)", R"(["secret"])", R"("secret")", R"({"secret":1,"secret":2})"})
        EXPECT_EQ(refusing_body([&] { parse_body(body); }).find("secret"), std::string::npos) << body;
}

// The largest that the server lets through: it takes no time that somebody else would notice.
TEST(Body, OfAMebibyteIsDoneWith) {
    const std::string text(1024 * 1024, 'x');
    const auto keys = [] {
        std::string body = "{\"a\":0";
        for (int i = 0; i < 80'000; ++i) body += ",\"k" + std::to_string(i) + "\":[]";
        return body + "}";
    }();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(refusal([&] { config_changes("{\"a\":\"" + text + "\"}"); }), R"(422 validation.invalid | value_error ["body","a"] | value_error ["body"])");
    EXPECT_EQ(refusal([&] { config_changes("{\"" + text + "\":1}"); }), R"(422 validation.invalid | value_error ["body",")" + std::string(128, 'x') + "\"]");
    EXPECT_EQ(refusal([&] { config_changes(keys); }), R"(422 validation.invalid | value_error ["body"])");
    EXPECT_EQ(refusal([&] { load_request("{\"model_id\":\"" + text + "\"}"); }), R"(422 validation.invalid | value_error ["body","model_id"] | value_error ["body"])");
    EXPECT_EQ(refusal([&] { create_request("{\"name\":\"" + text + "\"}"); }), "400 slot.name_invalid");
    const auto forbidden = refusal([&] { load_request(keys); });
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{20});
    EXPECT_LT(forbidden.size(), 16U * 1024);
}

}  // namespace
}  // namespace hal0::http
