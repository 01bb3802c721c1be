#include "http-bridge/http/event_sink.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::http {
namespace {

struct FrameCase {
    std::string id, event, data, frame;
};

TEST(EventFrame, IsWhatTheStandardSays) {
    const std::vector<FrameCase> cases = {
        {"7", "state", R"({"a":1})", "id: 7\nevent: state\ndata: {\"a\":1}\n\n"},
        {"7", "", "x", "id: 7\ndata: x\n\n"},
        {"", "degraded", "x", "event: degraded\ndata: x\n\n"},
        {"", "", "x", "data: x\n\n"},
        // An event without any data line would never be dispatched by a client.
        {"7", "state", "", "id: 7\nevent: state\ndata: \n\n"},
        {"", "", "", "data: \n\n"},
        // A client takes one blank behind the colon off; those of the data itself stay.
        {"", "", "  x ", "data:   x \n\n"},
        {"", "", ": no comment", "data: : no comment\n\n"},
    };
    for (const auto& c : cases) EXPECT_EQ(event_frame(c.id, c.event, c.data), c.frame);
}

TEST(EventFrame, NoLineEndOfTheDataEndsTheEvent) {
    const std::vector<FrameCase> cases = {
        {"", "", "a\nb", "data: a\ndata: b\n\n"},
        {"", "", "a\rb", "data: a\ndata: b\n\n"},
        {"", "", "a\r\nb", "data: a\ndata: b\n\n"},
        {"", "", "a\n\nb", "data: a\ndata: \ndata: b\n\n"},
        {"", "", "a\n\rb", "data: a\ndata: \ndata: b\n\n"},
        {"", "", "a\r\n\r\nb", "data: a\ndata: \ndata: b\n\n"},
        {"", "", "a\r\r\nb", "data: a\ndata: \ndata: b\n\n"},
        {"", "", "a\n", "data: a\ndata: \n\n"},
        {"", "", "a\r", "data: a\ndata: \n\n"},
        {"", "", "\r\n", "data: \ndata: \n\n"},
        {"", "", "x\nevent: forged\ndata: y", "data: x\ndata: event: forged\ndata: data: y\n\n"},
    };
    for (const auto& c : cases) EXPECT_EQ(event_frame(c.id, c.event, c.data), c.frame);
}

}  // namespace
}  // namespace hal0::http
