// What all connections may hold together.
#include "reply.hpp"
#include "server_test.hpp"

#include <malloc.h>

namespace hal0::http {
namespace {

using test::parsed_reply;
using test::TcpClient;

class BudgetTest : public test::ServerTest {
protected:
    static constexpr std::size_t large = 8 * 1024 * 1024;
    void SetUp() override {
        answer_ = [this](const Connected& connection, const std::string& head) {
            if (head.starts_with("POST /stream")) sinks_.push_back(connection->become_stream(""));
            else if (head.starts_with("POST /large")) connection->write(std::string(large, 'x'), false);
            else if (head.starts_with("POST /wait")) waiting_.push_back(connection);
            else connection->write(echo(head), false);
        };
        serve({}, 4096);
    }
    TcpClient& ask(const std::string& text) {
        clients_.push_back(std::make_unique<TcpClient>(port_, TcpClient::Options{.receive_buffer = 4096}));
        const auto before = requests_.size();
        EXPECT_TRUE(say(*clients_.back(), text));
        EXPECT_TRUE(turn_until([&] { return requests_.size() > before || clients_.back()->has_ended(); }));
        return *clients_.back();
    }
    /// As much as there may be, less a little, in answers that nobody takes.
    void fill() {
        for (std::size_t held = 0; held + large <= http::Listener::most_held; held += large) ask(request("/large"));
        turn_a_while();
    }
    void expect_refused(TcpClient& client) {
        ASSERT_TRUE(ends(client));
        const auto got = parsed_reply(client.got());
        EXPECT_EQ(got.status, 503);
        EXPECT_EQ(got.header("retry-after"), "1");
        EXPECT_NE(got.body.find("system.busy"), std::string::npos) << got.body;
    }
    std::vector<std::unique_ptr<TcpClient>> clients_;
    std::vector<std::shared_ptr<EventSink>> sinks_;
    std::vector<Connected> waiting_;
};

TEST_F(BudgetTest, AnAnswerForWhichThereIsNoRoomIsReplaced) {
    fill();
    auto& first = *clients_.front();
    expect_refused(ask(request("/large")));
    auto& small = ask(request("/small"));
    EXPECT_TRUE(gets(small, "[/small]")) << "little is always let in";
    // Whoever takes his answer makes room.
    EXPECT_TRUE(turn_until([&] { return first.got().size() == large; }));
    auto& next = ask(request("/large"));
    EXPECT_TRUE(turn_until([&] { return next.got().size() == large; }));
}

TEST_F(BudgetTest, ABodyForWhichThereIsNoRoomIsRefused) {
    fill();
    expect_refused(ask(request("/small", std::string(100'000, 'x'))));
    auto& small = ask(request("/small", "body"));
    EXPECT_TRUE(gets(small, "[/small]"));
}

// It may stay for a while, to say what it still has to say.
TEST_F(BudgetTest, WhoeverIsRefusedHoldsNothingAnyMore) {
    const auto used = [] {
        const auto heap = mallinfo2();
        return heap.uordblks + heap.hblkhd;
    };
    const std::string whole = request("/small", std::string(1'000'000, 'x')), some = whole.substr(0, 600'000), most = whole.substr(0, 950'000), rest = whole.substr(some.size());
    for (int i = 0; i < 7; ++i) ask(request("/large"));
    TcpClient client{port_};
    ASSERT_TRUE(say(client, some));
    for (int i = 0; i < 8; ++i) {
        clients_.push_back(std::make_unique<TcpClient>(port_));
        ASSERT_TRUE(say(*clients_.back(), most));
    }
    ASSERT_TRUE(comes_to_rest());  // what was said is read
    const auto before = used();
    client.say(rest);
    expect_refused(client);
    // Of a sanitizer's heap these figures know nothing.
    if (before > http::Listener::most_held / 2) {
        EXPECT_LT(used() + 500'000, before);
    }
}

TEST_F(BudgetTest, BodiesCountUntilTheyAreAnswered) {
    constexpr std::size_t body = 1024 * 1024 - 1000;
    for (std::size_t held = 0; held + body + 16 * 1024 <= http::Listener::most_held; held += body) ask(request("/wait", std::string(body, 'x')));
    expect_refused(ask(request("/small", std::string(body, 'x'))));
    for (const auto& connection : waiting_) connection->write("done", false);
    auto& next = ask(request("/small", std::string(body, 'x')));
    EXPECT_TRUE(gets(next, "[/small]"));
}

TEST_F(BudgetTest, AFrameForWhichThereIsNoRoomEndsItsStream) {
    ask(request("/stream"));
    fill();
    ASSERT_TRUE(sinks_.front()->send("little"));
    EXPECT_FALSE(sinks_.front()->send(std::string(large, 'x')));
    EXPECT_EQ(listener_->streams(), 0U);
}

}  // namespace
}  // namespace hal0::http
