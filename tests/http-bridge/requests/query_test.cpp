#include "http-bridge/requests/query.hpp"

#include "refusal.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace hal0::http {
namespace {

using Query = std::multimap<std::string, std::string>;

Request asked(Query query) { return {.method = "GET", .query = std::move(query)}; }

struct BadParameter {
    std::string value, type;
};

/// Every one of these values is refused as a 422 that names the parameter, and is not repeated.
void expect_refused(const std::string& name, const std::function<void(const Request&)>& read, const std::vector<BadParameter>& values) {
    for (const auto& [value, type] : values) {
        const auto request = asked({{name, value}});
        EXPECT_EQ(refusal([&] { read(request); }), "422 validation.invalid | " + type + R"( ["query",")" + name + R"("])") << value;
        if (value.size() > 5) {
            EXPECT_EQ(refusing_body([&] { read(request); }).find(value), std::string::npos) << value;
        }
    }
}

const std::vector<BadParameter> no_numbers = {{"", "int_parsing"}, {"x", "int_parsing"}, {"12345x", "int_parsing"}, {"1.5", "int_parsing"}, {" 1", "int_parsing"}, {"1 ", "int_parsing"}, {"+1", "int_parsing"}, {"-", "int_parsing"},
                                              {"--1", "int_parsing"}, {"0x10", "int_parsing"}, {"1e3", "int_parsing"}, {"١", "int_parsing"}, {std::string("5\0", 2), "int_parsing"}, {"99999999999999999999x", "int_parsing"},
                                              {"-1", "greater_than_equal"}, {"-99999999999999999999999", "greater_than_equal"}};

TEST(LinesQuery, IsAWholeNumber) {
    const auto read = [](const Request& request) { lines_query(request, 200); };
    expect_refused("lines", read, no_numbers);
    expect_refused("lines", read, {{"0", "greater_than_equal"}, {"-0", "greater_than_equal"}, {"5001", "less_than_equal"}, {"18446744073709551616", "less_than_equal"}, {"999999999999999999999999", "less_than_equal"}});
    EXPECT_EQ(lines_query(asked({{"lines", "1"}}), 200), 1U);
    EXPECT_EQ(lines_query(asked({{"lines", "5000"}}), 200), 5000U);
    EXPECT_EQ(lines_query(asked({{"lines", "0005"}}), 200), 5U);
    EXPECT_EQ(lines_query(asked({}), 200), 200U);
    // Of a stream, whose default it is.
    EXPECT_EQ(lines_query(asked({{"lines", "0"}}), 0), 0U);
    EXPECT_EQ(lines_query(asked({{"lines", "-0"}}), 0), 0U);
    EXPECT_EQ(lines_query(asked({}), 0), 0U);
}

TEST(LimitQuery, IsAWholeNumber) {
    const auto read = [](const Request& request) { limit_query(request); };
    expect_refused("limit", read, no_numbers);
    expect_refused("limit", read, {{"0", "greater_than_equal"}, {"1001", "less_than_equal"}});
    EXPECT_EQ(limit_query(asked({{"limit", "1"}})), 1U);
    EXPECT_EQ(limit_query(asked({{"limit", "1000"}})), 1000U);
    EXPECT_EQ(limit_query(asked({})), 100U);
}

TEST(SinceQuery, IsAWholeNumber) {
    const auto read = [](const Request& request) { since_query(request); };
    expect_refused("since", read, no_numbers);
    expect_refused("since", read, {{"18446744073709551616", "less_than_equal"}});
    EXPECT_EQ(since_query(asked({{"since", "0"}})), 0U);
    EXPECT_EQ(since_query(asked({{"since", "18446744073709551615"}})), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(since_query(asked({})), std::nullopt);
}

TEST(WaitQuery, IsANumberOfSeconds) {
    const auto read = [](const Request& request) { wait_query(request); };
    expect_refused("wait", read, {{"", "value_error"}, {"x", "value_error"}, {"1s", "value_error"}, {" 1", "value_error"}, {"1 ", "value_error"}, {"+1", "value_error"}, {"nan", "value_error"}, {"infinity", "value_error"}, {"-inf", "value_error"},
                                  {"1e2", "value_error"}, {"0x10", "value_error"}, {"1,5", "value_error"}, {std::string("5\0", 2), "value_error"}, {"-1", "greater_than_equal"}, {"-0.001", "greater_than_equal"},
                                  {"600.001", "less_than_equal"}, {"99999999999999999999", "less_than_equal"}});
    EXPECT_EQ(wait_query(asked({{"wait", "0"}})).count(), 0);
    EXPECT_EQ(wait_query(asked({{"wait", "-0"}})).count(), 0);
    EXPECT_EQ(wait_query(asked({{"wait", "0.25"}})).count(), 250);
    EXPECT_EQ(wait_query(asked({{"wait", ".5"}})).count(), 500);
    EXPECT_EQ(wait_query(asked({{"wait", "600"}})).count(), 600'000);
    EXPECT_EQ(wait_query(asked({})).count(), 8000);
}

TEST(SeverityQuery, IsOneOfItsWords) {
    expect_refused("severity", [](const Request& request) { severity_query(request); },
                   {{"", "literal_error"}, {"Error", "literal_error"}, {"error ", "literal_error"}, {"critical", "literal_error"}, {std::string("info\0", 5), "literal_error"}});
    for (const auto* word : {"debug", "info", "warning", "error"}) EXPECT_EQ(severity_query(asked({{"severity", word}})), word);
    EXPECT_EQ(severity_query(asked({})), "");
}

TEST(FormatQuery, IsOneOfItsWords) {
    expect_refused("format", [](const Request& request) { format_query(request); }, {{"", "literal_error"}, {"TOML", "literal_error"}, {"yaml", "literal_error"}});
    EXPECT_EQ(format_query(asked({{"format", "toml"}})), ConfigFormat::toml);
    EXPECT_EQ(format_query(asked({{"format", "json"}})), ConfigFormat::json);
    EXPECT_EQ(format_query(asked({})), ConfigFormat::json);
}

TEST(PageQuery, NamesEveryParameterThatIsWrong) {
    EXPECT_EQ(refusal([] { page_query(asked({{"since", "x"}, {"severity", "y"}, {"limit", "0"}})); }),
              R"(422 validation.invalid | int_parsing ["query","since"] | literal_error ["query","severity"] | greater_than_equal ["query","limit"])");
    EXPECT_EQ(page_query(asked({{"since", "7"}, {"severity", "error"}, {"limit", "9"}})), (PageQuery{7, "error", 9}));
    EXPECT_EQ(page_query(asked({})), PageQuery{});
}

TEST(Query, OfAParameterGivenTwiceTheFirstCounts) {
    EXPECT_EQ(limit_query(asked({{"limit", "1"}, {"limit", "x"}})), 1U);
    EXPECT_EQ(refusal([] { limit_query(asked({{"limit", "x"}, {"limit", "1"}})); }), R"(422 validation.invalid | int_parsing ["query","limit"])");
    EXPECT_EQ(limit_query(asked({{"other", "x"}})), 100U);
}

TEST(Query, RefusesInOneSentence) {
    EXPECT_EQ(refusing_body([] { limit_query(asked({{"limit", "0"}})); }),
              R"({"error":{"code":"validation.invalid","details":{"fields":[{"loc":["query","limit"],"msg":"has to be a whole number from 1 to 1000","type":"greater_than_equal"}]},)"
              R"("message":"query.limit has to be a whole number from 1 to 1000"}})");
    EXPECT_EQ(refusing_body([] { since_query(asked({{"since", ""}})); }),
              R"({"error":{"code":"validation.invalid","details":{"fields":[{"loc":["query","since"],"msg":"has to be a whole number, 0 or more","type":"int_parsing"}]},)"
              R"("message":"query.since has to be a whole number, 0 or more"}})");
}

}  // namespace
}  // namespace hal0::http
