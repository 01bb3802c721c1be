#include "server_test.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>

namespace hal0::http {
namespace {

using namespace std::chrono_literals;
using test::ListeningSocket;
using test::TcpClient;

class ListenerTest : public test::ServerTest {
protected:
    void stop() {
        listener_->stop([this] { ++finished_; });
    }
    int finished_ = 0;
};

TEST_F(ListenerTest, ListensOnSeveralSockets) {
    ListeningSocket second;
    const auto port = second.port;
    listener_->listen_on(std::move(second.descriptor));
    TcpClient a{port_}, b{port};
    a.say(request("/a"));
    b.say(request("/b"));
    EXPECT_TRUE(gets(a, "[/a]"));
    EXPECT_TRUE(gets(b, "[/b]"));
}

TEST_F(ListenerTest, KnowsItsClientsByTheirAddress) {
    std::map<std::string, std::string> clients;
    answer_ = [&](const Connected& connection, const std::string& head) { clients[echo(head)] = connection->client(), connection->write(echo(head), false); };
    TcpClient a{port_}, b{port_, {.address = "127.0.0.2"}};
    a.say(request("/a"));
    b.say(request("/b"));
    EXPECT_TRUE(gets(a, "[/a]"));
    EXPECT_TRUE(gets(b, "[/b]"));
    EXPECT_EQ(clients, (std::map<std::string, std::string>{{"[/a]", "127.0.0.1"}, {"[/b]", "127.0.0.2"}}));
}

TEST_F(ListenerTest, CountsStreamsByAddress) {
    std::vector<std::shared_ptr<EventSink>> sinks;
    answer_ = [&](const Connected& connection, const std::string&) { sinks.push_back(connection->become_stream("")); };
    TcpClient a{port_}, b{port_}, c{port_, {.address = "127.0.0.2"}}, idle{port_};
    for (auto* client : {&a, &b, &c}) client->say(request("/"));
    ASSERT_TRUE(turn_until([&] { return sinks.size() == 3; }));
    EXPECT_EQ(listener_->streams(), 3U);
    EXPECT_EQ(listener_->streams("127.0.0.1"), 2U);
    EXPECT_EQ(listener_->streams("127.0.0.2"), 1U);
    EXPECT_EQ(listener_->streams("127.0.0.3"), 0U);
    sinks.clear();
    EXPECT_EQ(listener_->streams(), 0U);
}

TEST_F(ListenerTest, StopsAtOnceWhenThereIsNobody) {
    stop();
    EXPECT_EQ(finished_, 1);
}

TEST_F(ListenerTest, StopClosesWhoeverOnlyWaits) {
    TcpClient silent{port_}, kept{port_}, half{port_};
    kept.say(request("/1"));
    half.say("GET / HT");
    ASSERT_TRUE(gets(kept, "[/1]"));
    turn_a_while();
    stop();
    EXPECT_TRUE(turn_until([&] { return silent.has_ended() && kept.has_ended() && half.has_ended(); }));
    EXPECT_TRUE(turn_until([&] { return finished_ > 0; }));
    turn_a_while();
    EXPECT_EQ(finished_, 1);
}

TEST_F(ListenerTest, StopFinishesWhatIsUnderWay) {
    Connected asked;
    answer_ = [&](const Connected& connection, const std::string&) { asked = connection; };
    TcpClient client{port_};
    client.say(request("/1") + request("/2"));
    ASSERT_TRUE(turn_until([&] { return asked != nullptr; }));
    stop();
    turn_a_while();
    EXPECT_EQ(finished_, 0);
    ASSERT_FALSE(client.has_ended());
    asked->write("[/1]", false);
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got(), "[/1]");
    EXPECT_TRUE(turn_until([&] { return finished_ == 1; }));
    EXPECT_EQ(requests_.size(), 1U) << "the next one is no more under way";
}

TEST_F(ListenerTest, StopAnswersWhatHasArrivedAndIsNotReadYet) {
    TcpClient fresh{port_}, kept{port_};
    kept.say(request("/1"));
    ASSERT_TRUE(gets(kept, "[/1]"));
    turn_a_while();  // both are accepted
    fresh.say(request("/2"));
    kept.say(request("/3"));
    stop();
    ASSERT_TRUE(ends(fresh) && ends(kept));
    EXPECT_EQ(fresh.got(), "[/2]");
    EXPECT_EQ(kept.got(), "[/1][/3]");
    EXPECT_TRUE(turn_until([&] { return finished_ == 1; }));
}

TEST_F(ListenerTest, StopSendsTheRestOfAnAnswer) {
    // Of one after which the connection would be kept, and of one that is its last.
    for (const bool last : {false, true}) {
        serve();
        finished_ = 0;
        answer_ = [&](const Connected& connection, const std::string& head) { connection->write(std::string(8 * 1024 * 1024, '.') + echo(head), last); };
        TcpClient client{port_, {.receive_buffer = 4096}};
        client.say(request("/1"));
        ASSERT_TRUE(turn_until([&] { return client.take(1000) > 0; }));
        stop();
        turn_a_while();
        EXPECT_EQ(finished_, 0);
        ASSERT_TRUE(ends(client)) << last;
        EXPECT_EQ(client.got().size(), 8U * 1024 * 1024 + 4) << last;
        EXPECT_TRUE(turn_until([&] { return finished_ == 1; })) << last;
    }
}

TEST_F(ListenerTest, AStreamThatBeginsAfterStopEndsAtOnce) {
    Connected asked;
    answer_ = [&](const Connected& connection, const std::string&) { asked = connection; };
    TcpClient client{port_};
    client.say(request("/stream"));
    ASSERT_TRUE(turn_until([&] { return asked != nullptr; }));
    stop();
    EXPECT_FALSE(asked->become_stream("<head>"));
    ASSERT_TRUE(ends(client));
    EXPECT_TRUE(client.got().starts_with("<head>"));
    EXPECT_TRUE(client.got().ends_with("0\r\n\r\n"));
    EXPECT_TRUE(turn_until([&] { return finished_ == 1; }));
}

TEST_F(ListenerTest, StopDoesNotWaitForOneThatIsRefusedAndStillSends) {
    TcpClient client{port_};
    client.say("POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\nhalf");
    ASSERT_TRUE(turn_until([&] { return client.has_ended(); }));
    stop();
    EXPECT_TRUE(turn_until([&] { return finished_ == 1; }));
}

// PID 1 goes on listening on it while the program is restarted (pitfalls: shutdown(2) would end that).
TEST_F(ListenerTest, StopLeavesTheSocketToItsOwner) {
    ListeningSocket socket;
    const auto port = socket.port;
    const disk::Descriptor owner{dup(socket.descriptor.fd())};
    {
        auto first = std::make_unique<Listener>(loop_, [](const Connected& connection, const std::string&, std::size_t) { connection->write("first", true); });
        first->listen_on(std::move(socket.descriptor));
        TcpClient client{port};
        client.say(request("/"));
        ASSERT_TRUE(ends(client));
        EXPECT_EQ(client.got(), "first");
        first->stop([] {});
    }
    int listening = 0;
    socklen_t size = sizeof listening;
    getsockopt(owner.fd(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &size);
    ASSERT_EQ(listening, 1);
    // Whoever comes in between waits, and is answered by the next one.
    TcpClient client{port};
    client.say(request("/"));
    Listener next{loop_, [](const Connected& connection, const std::string&, std::size_t) { connection->write("next", true); }};
    next.listen_on(disk::Descriptor{dup(owner.fd())});
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got(), "next");
}

TEST_F(ListenerTest, EndsWithConnectionsOpen) {
    std::vector<std::shared_ptr<EventSink>> sinks;
    Connected asked;
    answer_ = [&](const Connected& connection, const std::string& head) {
        if (head.starts_with("POST /stream")) sinks.push_back(connection->become_stream(""));
        else asked = connection;
    };
    TcpClient idle{port_}, stream{port_}, waits{port_};
    stream.say(request("/stream"));
    waits.say(request("/wait"));
    ASSERT_TRUE(turn_until([&] { return asked && !sinks.empty(); }));
    listener_.reset();
    EXPECT_FALSE(asked->is_open());
    asked->write("too late", false);
    EXPECT_TRUE(turn_until([&] { return idle.has_ended() && stream.has_ended() && waits.has_ended(); }));
    EXPECT_EQ(waits.got(), "");
}

class FullListenerTest : public ListenerTest {
protected:
    void SetUp() override {
        serve({.stalled_after = 1h, .whole_request_within = 1h, .idle_after = 1h});
        rlimit limit{};
        ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
        before_ = limit;
        limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 3 * Listener::most_connections);
        ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
        ASSERT_GT(limit.rlim_cur, 2 * Listener::most_connections + 100) << "both ends of every connection are here";
    }
    void TearDown() override { setrlimit(RLIMIT_NOFILE, &before_); }
    void come(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            clients_.push_back(std::make_unique<TcpClient>(port_));
            if (i % 32 == 0) turn();
        }
        turn_a_while(200ms);
    }
    std::size_t ended() {
        return static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(), [](const auto& client) { return client->has_ended(); }));
    }
    std::vector<std::unique_ptr<TcpClient>> clients_;
    rlimit before_{};
};

TEST_F(FullListenerTest, WhoeverHasWaitedLongestMakesRoom) {
    come(Listener::most_connections);
    ASSERT_EQ(ended(), 0U);
    // The first has just been heard of.
    clients_[0]->say(request("/0"));
    ASSERT_TRUE(gets(*clients_[0], "[/0]"));
    come(10);
    turn_until([this] { return ended() >= 10; });
    EXPECT_EQ(ended(), 10U);
    for (std::size_t i = 1; i <= 10; ++i) EXPECT_TRUE(clients_[i]->has_ended()) << i;
    clients_.back()->say(request("/last"));
    EXPECT_TRUE(gets(*clients_.back(), "[/last]"));
    clients_[0]->say(request("/0"));
    EXPECT_TRUE(gets(*clients_[0], "[/0][/0]"));
}

TEST_F(FullListenerTest, WhereNobodyCanGoTheNewcomerHasTo) {
    std::vector<Connected> asked;
    answer_ = [&](const Connected& connection, const std::string&) { asked.push_back(connection); };
    come(Listener::most_connections);
    for (const auto& client : clients_) client->say(request("/"));
    ASSERT_TRUE(turn_until([&] { return asked.size() == Listener::most_connections; }));
    come(10);
    turn_until([this] { return ended() >= 10; });
    EXPECT_EQ(ended(), 10U);
    for (const auto& connection : asked) connection->write("done", false);
    ASSERT_TRUE(gets(*clients_.front(), "done"));
    come(1);
    EXPECT_FALSE(clients_.back()->has_ended());
}

TEST_F(FullListenerTest, WithoutADescriptorLeftWhoeverWaitsMakesRoom) {
    come(20);
    // Nothing above what is open now.
    rlimit limit{static_cast<rlim_t>(dup(0)), before_.rlim_max};
    close(static_cast<int>(limit.rlim_cur));
    TcpClient newcomer{port_};  // takes the last one
    limit.rlim_cur += 1;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    newcomer.say(request("/new"));
    EXPECT_TRUE(gets(newcomer, "[/new]"));
    EXPECT_EQ(ended(), 1U);
}

}  // namespace
}  // namespace hal0::http
