#include "http-bridge/http/answer.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hal0::http {
namespace {

using nlohmann::json;

TEST(JsonAnswer, IsCompactUtf8) {
    EXPECT_EQ(json_answer({{"b", 1}, {"a", "ä\n\"\\"}, {"c", json::array()}}), (Answer{200, "{\"a\":\"ä\\n\\\"\\\\\",\"b\":1,\"c\":[]}", "application/json"}));
    EXPECT_EQ(json_answer(json::array(), 201), (Answer{201, "[]", "application/json"}));
}

TEST(JsonAnswer, ShowsWhatIsNoTextOrNoNumberInsteadOfFailing) {
    EXPECT_EQ(json_answer({{"log", "a\xff" "b\xed\xa0\x80"}}).body, "{\"log\":\"a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}");
    EXPECT_EQ(json_answer({{"n", std::nan("")}, {"i", HUGE_VAL}}).body, R"({"i":null,"n":null})");
    EXPECT_EQ(json_answer(std::string{"a\0b\x1b", 4}).body, R"("a\u0000b\u001b")");
}

TEST(Refused, IsAnErrorObject) {
    EXPECT_EQ((Refused{404, "slot.not_found", "there is no slot \"x\"", {{"slot", "x"}}}.answer()),
              (Answer{404, R"({"error":{"code":"slot.not_found","details":{"slot":"x"},"message":"there is no slot \"x\""}})", "application/json"}));
    EXPECT_EQ((Refused{500, "system.internal", "why"}.answer().body), R"({"error":{"code":"system.internal","details":{},"message":"why"}})");
}

TEST(Refused, SaysWhenToComeBack) {
    using Headers = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ((Refused{503, "system.dbus_unavailable", "why"}.answer().headers), (Headers{{"Retry-After", "1"}}));
    for (const int status : {400, 403, 404, 405, 409, 413, 422, 500}) EXPECT_EQ((Refused{status, "a.b", "why"}.answer().headers), Headers{}) << status;
}

TEST(Request, ItsFirstValueCounts) {
    const Request request{.method = "GET", .query = {{"a", "1"}, {"a", "2"}, {"b", ""}}};
    EXPECT_EQ(request.query_value("a"), "1");
    EXPECT_EQ(request.query_value("b"), "");
    EXPECT_EQ(request.query_value("c"), std::nullopt);
}

}  // namespace
}  // namespace hal0::http
