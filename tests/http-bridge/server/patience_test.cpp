// What only time tells: clients that say nothing, or take nothing.
#include "server_test.hpp"

namespace hal0::http {
namespace {

using namespace std::chrono_literals;
using test::TcpClient;

/// One of them is short, the others are as long as a test.
constexpr Patience endless{.stalled_after = 1h, .whole_answer_within = 1h, .whole_request_within = 1h, .idle_after = 1h, .ping_every = 1h, .last_words_within = 1h, .look_every = 20ms};

class PatienceTest : public test::ServerTest {
protected:
    void SetUp() override {}
    bool stays_open(TcpClient& client) {
        turn_a_while(400ms);
        return !client.has_ended();
    }
};

TEST_F(PatienceTest, AConnectionWithoutARequestIsClosed) {
    auto patience = endless;
    patience.idle_after = 100ms;
    serve(patience);
    TcpClient silent{port_}, kept{port_};
    kept.say(request("/1"));
    ASSERT_TRUE(ends(silent));
    ASSERT_TRUE(ends(kept));
    EXPECT_EQ(kept.got(), "[/1]");
}

TEST_F(PatienceTest, ARequestThatDoesNotGoOnIsGivenUp) {
    auto patience = endless;
    patience.stalled_after = 100ms;
    serve(patience);
    TcpClient in_head{port_}, in_body{port_}, idle{port_};
    in_head.say("GET / HT");
    const auto whole = request("/1", "body");
    in_body.say(whole.substr(0, whole.size() - 1));
    EXPECT_TRUE(turn_until([&] { return in_head.has_ended() && in_body.has_ended(); }));
    EXPECT_FALSE(idle.has_ended());
    EXPECT_TRUE(requests_.empty());
}

// "Slowloris": never silent for long, and never done.
TEST_F(PatienceTest, ARequestThatGoesOnTooSlowlyIsGivenUp) {
    auto patience = endless;
    patience.stalled_after = 1s;
    patience.whole_request_within = 300ms;
    serve(patience);
    TcpClient drips{port_};
    drips.say("GET / HTTP/1.1\r\nX: ");
    for (int i = 0; i < 100 && !drips.has_ended(); ++i) {
        drips.say("x");
        turn_a_while(20ms);
    }
    EXPECT_TRUE(drips.has_ended());
    EXPECT_EQ(drips.got(), "");
}

TEST_F(PatienceTest, EachRequestHasTheWholeTime) {
    auto patience = endless;
    patience.whole_request_within = 1500ms;
    serve(patience);
    TcpClient client{port_};
    for (int i = 0; i < 30; ++i) {
        client.say(request("/1").substr(0, 10));
        turn_a_while(60ms);
        client.say(request("/1").substr(10));
        ASSERT_TRUE(turn_until([&] { return requests_.size() == static_cast<std::size_t>(i + 1); }));
    }
    EXPECT_FALSE(client.has_ended());
}

TEST_F(PatienceTest, AnAnswerThatIsNotTakenIsGivenUp) {
    auto patience = endless;
    patience.stalled_after = 100ms;
    serve(patience);
    std::weak_ptr<Connection> gone;
    answer_ = [&](const Connected& connection, const std::string&) { gone = connection, connection->write(std::string(8 * 1024 * 1024, 'x'), false); };
    TcpClient client{port_, {.receive_buffer = 4096}};
    client.say(request("/1"));
    ASSERT_TRUE(turn_until([&] { return !requests_.empty(); }));
    EXPECT_TRUE(turn_until([&] { return gone.expired(); }));
}

// It takes a little now and then, and holds the rest for as long as it likes.
TEST_F(PatienceTest, AnAnswerThatIsTakenTooSlowlyIsGivenUp) {
    auto patience = endless;
    patience.whole_answer_within = 3s;
    serve(patience, 4096);
    std::weak_ptr<Connection> gone;
    answer_ = [&](const Connected& connection, const std::string&) { gone = connection, connection->write(std::string(8 * 1024 * 1024, 'x'), false); };
    TcpClient client{port_, {.receive_buffer = 4096}};
    client.say(request("/1"));
    ASSERT_TRUE(turn_until([&] { return !requests_.empty(); }));
    for (int i = 0; i < 5; ++i) {
        client.take(4096);
        turn_a_while(20ms);
        ASSERT_FALSE(gone.expired());
    }
    EXPECT_TRUE(turn_until([&] { return client.take(100), gone.expired(); }));
}

TEST_F(PatienceTest, AStreamMayTakeAnyTime) {
    auto patience = endless;
    patience.whole_answer_within = 100ms;
    serve(patience);
    std::shared_ptr<EventSink> sink;
    answer_ = [&](const Connected& connection, const std::string&) { sink = connection->become_stream(""); };
    TcpClient client{port_, {.receive_buffer = 4096}};
    client.say(request("/1"));
    ASSERT_TRUE(turn_until([&] { return sink != nullptr; }));
    ASSERT_TRUE(sink->send(std::string(8 * 1024 * 1024, 'x')));
    turn_a_while(400ms);
    EXPECT_EQ(listener_->streams(), 1U);
}

TEST_F(PatienceTest, AStreamThatIsNotReadIsGivenUp) {
    auto patience = endless;
    patience.stalled_after = 100ms;
    serve(patience);
    std::shared_ptr<EventSink> sink;
    bool ended = false;
    answer_ = [&](const Connected& connection, const std::string&) {
        sink = connection->become_stream("");
        sink->when_ended([&] { ended = true; });
    };
    TcpClient client{port_, {.receive_buffer = 4096}};
    client.say(request("/1"));
    ASSERT_TRUE(turn_until([&] { return sink != nullptr; }));
    for (const auto room = sink->room(); sink->room() == room;) ASSERT_TRUE(sink->send(std::string(1000, 'x')));
    EXPECT_TRUE(turn_until([&] { return ended; }));
}

TEST_F(PatienceTest, AnAnswerMayTakeAnyTime) {
    auto patience = endless;
    patience.stalled_after = patience.idle_after = patience.whole_request_within = patience.ping_every = 50ms;
    serve(patience);
    Connected asked;
    answer_ = [&](const Connected& connection, const std::string&) { asked = connection; };
    TcpClient client{port_};
    client.say(request("/1") + "GET /ne");  // and half of the next
    ASSERT_TRUE(stays_open(client));
    ASSERT_TRUE(asked);
    asked->write("[/1]", true);
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got(), "[/1]");
}

TEST_F(PatienceTest, ASilentStreamSaysThatItIsThere) {
    auto patience = endless;
    patience.ping_every = 500ms;
    patience.stalled_after = patience.idle_after = patience.whole_request_within = 50ms;  // none of a stream's business
    serve(patience);
    std::shared_ptr<EventSink> sink;
    answer_ = [&](const Connected& connection, const std::string&) { sink = connection->become_stream(""); };
    TcpClient client{port_};
    client.say(request("/1"));
    const std::string begin = "d\r\nretry: 2000\n\n\r\n", ping = "8\r\n: ping\n\n\r\n";
    EXPECT_TRUE(gets(client, begin + ping + ping + ping));
    // One that has something to say needs none.
    client.forget();
    for (int i = 0; i < 40; ++i) {
        sink->send("data: x\n\n");
        turn_a_while(20ms);
    }
    EXPECT_EQ(client.got().find("ping"), std::string::npos);
}

TEST_F(PatienceTest, ARefusedClientThatSendsWithoutEndIsGivenUp) {
    auto patience = endless;
    patience.last_words_within = 200ms;
    serve(patience);
    TcpClient client{port_};
    client.say("POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n");
    EXPECT_TRUE(turn_until([&] { return client.say("x"), client.was_reset() || (client.has_ended() && client.say("x") == 0); }));
}

TEST_F(PatienceTest, TheDefaultsAreThoseOfTheContract) {
    EXPECT_EQ(Patience{}.ping_every, 15s);
    EXPECT_LE(Patience{}.look_every, 1s);
}

}  // namespace
}  // namespace hal0::http
