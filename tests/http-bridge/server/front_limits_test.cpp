// What a client can make grow, and how far.
#include "front_test.hpp"

namespace hal0::http {
namespace {

using test::parsed_reply;
using test::TcpClient;

TEST_F(FrontTest, StreamsHaveALimitForEachClientAndInAll) {
    std::vector<std::unique_ptr<TcpClient>> clients;
    const auto open = [&](const std::string& address) -> TcpClient& {
        clients.push_back(std::make_unique<TcpClient>(port_, TcpClient::Options{.address = address}));
        clients.back()->say(request("GET", "/stream"));
        EXPECT_TRUE(turn_until([&] { return clients.back()->got().ends_with("\n\n\r\n") || clients.back()->got().ends_with("}}"); }));
        return *clients.back();
    };
    const auto expect_refused = [&](const std::string& address) {
        const auto got = parsed_reply(open(address).got());
        expect_error(got, 503, "system.too_many_streams");
        EXPECT_EQ(got.header("retry-after"), "1");
    };
    for (std::size_t i = 0; i < Front::most_streams_of_one; ++i) ASSERT_EQ(parsed_reply(open("127.0.0.1").got()).status, 200);
    expect_refused("127.0.0.1");
    for (std::size_t i = Front::most_streams_of_one; i < Front::most_streams; ++i) ASSERT_EQ(parsed_reply(open("127.0.0.2").got()).status, 200);
    expect_refused("127.0.0.3");
    EXPECT_EQ(front_->listener().streams(), Front::most_streams);
    EXPECT_EQ(reply("GET", "/seen/a/b").status, 200) << "other requests are answered";
    clients[0]->close();
    ASSERT_TRUE(turn_until([&] { return front_->listener().streams() < Front::most_streams; }));
    EXPECT_EQ(parsed_reply(open("127.0.0.3").got()).status, 200);
}

TEST_F(FrontTest, RequestsThatWaitHaveALimit) {
    std::vector<std::unique_ptr<TcpClient>> clients;
    for (std::size_t i = 0; i < Front::most_waiting; ++i) {
        clients.push_back(std::make_unique<TcpClient>(port_));
        clients.back()->say(request("GET", "/wait"));
        ASSERT_TRUE(turn_until([&] { return waiting_.size() == i + 1; }));
    }
    const auto refused = reply("GET", "/wait");
    expect_error(refused, 503, "system.busy");
    EXPECT_EQ(refused.header("retry-after"), "1");
    EXPECT_EQ(reply("GET", "/seen/a/b").status, 200) << "what does not wait is answered";
    resume();
    TcpClient next{port_};
    next.say(request("GET", "/wait"));
    EXPECT_TRUE(turn_until([&] { return waiting_.size() == Front::most_waiting; }));
    while (!waiting_.empty()) resume();
    ASSERT_TRUE(turn_until([&] { return next.got().ends_with("waited"); }));
    for (const auto& client : clients) ASSERT_TRUE(turn_until([&] { return client->got().ends_with("waited"); }));
}

TEST_F(FrontTest, WhoeverHangsUpLeavesHisPlaceAmongThoseThatWait) {
    std::vector<std::unique_ptr<TcpClient>> clients;
    for (std::size_t i = 0; i < Front::most_waiting; ++i) {
        clients.push_back(std::make_unique<TcpClient>(port_));
        clients.back()->say(request("POST", "/wait-long"));
        if (i % 32 == 0) turn_a_while();
    }
    ASSERT_TRUE(comes_to_rest());
    expect_error(reply("POST", "/wait-long"), 503, "system.busy");
    for (const auto& client : clients) client->close();
    ASSERT_TRUE(comes_to_rest());
    TcpClient next{port_};
    next.say(request("GET", "/wait"));
    ASSERT_TRUE(turn_until([&] { return !waiting_.empty(); }));
    resume();
    EXPECT_TRUE(turn_until([&] { return next.got().ends_with("waited"); }));
}

}  // namespace
}  // namespace hal0::http
