// A connection that has become an event stream.
#include "reply.hpp"
#include "server_test.hpp"

#include <malloc.h>

#include <algorithm>

namespace hal0::http {
namespace {

using test::TcpClient;

constexpr std::size_t most_queued = 256 * 1024;
const std::string head = "<head>", begin = "<head>d\r\nretry: 2000\n\n\r\n";

class StreamTest : public test::ServerTest {
protected:
    void SetUp() override {
        answer_ = [this](const Connected& connection, const std::string&) {
            connection_ = connection;
            sink_ = connection->become_stream(head);
            if (!sink_) return;
            sink_->when_ended([this] { ++ended_, called_inside_ |= inside_; });
            sink_->when_drained([this] { ++drained_, called_inside_ |= inside_; });
        };
        serve({}, 16 * 1024);
    }
    void TearDown() override { EXPECT_FALSE(called_inside_); }
    void open(TcpClient& client) {
        client.say(request("/stream"));
        ASSERT_TRUE(gets(client, begin));
        ASSERT_TRUE(sink_);
        ASSERT_EQ(listener_->streams(), 1U);
    }
    bool send(std::string frame) {
        inside_ = true;
        const bool sent = sink_->send(std::move(frame));
        inside_ = false;
        return sent;
    }
    void end() {
        inside_ = true;
        sink_->end();
        inside_ = false;
    }
    /// Sends until the kernel takes no more for a client that does not read, and half of what may be queued is queued.
    void fill() {
        const std::string frame(1000, 'x');
        do {
            while (sink_->room() > most_queued / 2) ASSERT_TRUE(send(frame));
            turn_a_while();
        } while (sink_->room() > most_queued / 2 + frame.size());
    }
    void expect_ended_once() {
        EXPECT_TRUE(turn_until([this] { return ended_ > 0; }));
        EXPECT_EQ(listener_->streams(), 0U);
        EXPECT_FALSE(send("more"));
        EXPECT_EQ(sink_->room(), 0U);
        end();
        turn_a_while();
        EXPECT_EQ(ended_, 1);
    }

    std::weak_ptr<Connection> connection_;
    std::shared_ptr<EventSink> sink_;
    bool inside_ = false, called_inside_ = false;  // send() or end()
    int ended_ = 0, drained_ = 0;
};

TEST_F(StreamTest, SendsEachFrameAsAChunk) {
    TcpClient client{port_};
    open(client);
    EXPECT_TRUE(send("data: a\n\n"));
    EXPECT_TRUE(send(event_frame("1", "state", "x\ny")));
    EXPECT_TRUE(gets(client, begin + "9\r\ndata: a\n\n\r\n" + "24\r\nid: 1\nevent: state\ndata: x\ndata: y\n\n\r\n"));
}

TEST_F(StreamTest, EveryFrameArrivesOnceAndInOrder) {
    TcpClient client{port_, {.receive_buffer = 4096}};
    open(client);
    std::string all = begin;
    for (int i = 0; i < 5000; ++i) {
        const auto frame = "data: " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 700), '.') + "\n\n";
        ASSERT_TRUE(turn_until([&] { return client.got(), sink_->room() > frame.size(); }));
        ASSERT_TRUE(send(frame));
        all += Exchange::chunk(frame);
    }
    EXPECT_TRUE(gets(client, all));
}

TEST_F(StreamTest, EndsWithTheLastChunk) {
    TcpClient client{port_};
    open(client);
    send("data: a\n\n");
    end();
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got(), begin + "9\r\ndata: a\n\n\r\n0\r\n\r\n");
    expect_ended_once();
}

TEST_F(StreamTest, WhatIsQueuedIsSentBeforeTheEnd) {
    TcpClient client{port_, {.receive_buffer = 4096}};
    open(client);
    fill();
    EXPECT_TRUE(send("data: last\n\n"));
    end();
    EXPECT_FALSE(send("data: too late\n\n"));
    turn_a_while();
    EXPECT_EQ(ended_, 0) << "it has not been sent";
    ASSERT_TRUE(ends(client));
    EXPECT_TRUE(client.got().ends_with("c\r\ndata: last\n\n\r\n0\r\n\r\n"));
    expect_ended_once();
}

TEST_F(StreamTest, EndsWhenNobodyHoldsItAnyMore) {
    TcpClient client{port_};
    open(client);
    sink_.reset();
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got(), begin + "0\r\n\r\n");
    EXPECT_EQ(listener_->streams(), 0U);
}

TEST_F(StreamTest, EndsWhenTheClientGoesAway) {
    for (const bool reset : {false, true}) {
        TcpClient client{port_};
        open(client);
        reset ? client.reset() : client.close();
        expect_ended_once();
        EXPECT_TRUE(connection_.expired());
        ended_ = 0;
    }
}

TEST_F(StreamTest, EndsWhenTheClientIsGoneBeforeItBegins) {
    Connected connection;
    answer_ = [&](const Connected& asked, const std::string&) { connection = asked; };
    TcpClient client{port_};
    client.say(request("/stream"));
    ASSERT_TRUE(turn_until([&] { return connection != nullptr; }));
    client.reset();
    turn_a_while();
    EXPECT_FALSE(connection->become_stream(head));
    EXPECT_EQ(listener_->streams(), 0U);
}

// The kernel tells of a client that is gone at the first write after it, which may be the stream's first.
TEST_F(StreamTest, IsNoStreamIfItsHeadCannotBeSent) {
    std::shared_ptr<EventSink> sink;
    bool asked = false;
    TcpClient client{port_};
    answer_ = [&](const Connected& connection, const std::string&) {
        client.reset();
        sink = connection->become_stream(head);
        asked = true;
    };
    client.say(request("/stream"));
    ASSERT_TRUE(turn_until([&] { return asked; }));
    EXPECT_FALSE(sink) << "nobody would ever be told of its end";
}

TEST_F(StreamTest, ASlowReaderIsDroppedAtItsBound) {
    TcpClient client{port_, {.receive_buffer = 4096}};
    open(client);
    fill();
    const auto room = sink_->room();
    EXPECT_LT(room, most_queued);
    while (sink_->room() >= 1000) ASSERT_TRUE(send(std::string(1000, 'x')));
    EXPECT_EQ(ended_, 0);
    EXPECT_FALSE(send(std::string(2000, 'x')));
    expect_ended_once();
    EXPECT_TRUE(connection_.expired());
    ASSERT_TRUE(turn_until([&] { return client.has_ended(); }));
    EXPECT_FALSE(client.got().ends_with("0\r\n\r\n")) << "it must not look whole";
}

// How everything is comes in one frame, however much that is.
TEST_F(StreamTest, AFrameMayBeLargerThanTheBoundWhenNothingWaits) {
    TcpClient client{port_, {.receive_buffer = 4096}};
    open(client);
    const std::string large(16 * most_queued, 'x');
    EXPECT_TRUE(send(large));
    EXPECT_EQ(sink_->room(), 0U);
    EXPECT_TRUE(gets(client, begin + Exchange::chunk(large)));
    ASSERT_TRUE(send(large));
    EXPECT_FALSE(send("data: a\n\n")) << "now it is behind";
    expect_ended_once();
}

TEST_F(StreamTest, TellsWhenEverythingIsWritten) {
    TcpClient client{port_, {.receive_buffer = 4096}};
    open(client);
    turn_a_while();
    drained_ = 0;
    // What the kernel takes at once is told of too, or a source that waits for it would wait for good.
    send("data: a\n\n");
    EXPECT_TRUE(turn_until([this] { return drained_ > 0; }));
    turn_a_while();
    EXPECT_EQ(drained_, 1);
    fill();
    drained_ = 0;
    turn_a_while();
    EXPECT_EQ(drained_, 0);
    ASSERT_TRUE(turn_until([&] { return client.got(), drained_ > 0; }));
    EXPECT_EQ(sink_->room(), most_queued);
    turn_a_while();
    EXPECT_EQ(drained_, 1);
}

TEST_F(StreamTest, MayBeSentToFromWhenDrained) {
    TcpClient client{port_, {.receive_buffer = 4096}};
    open(client);
    std::string all = begin;
    int left = 1000;
    sink_->when_drained([&] {
        if (left-- <= 0) return;
        const auto frame = std::string(10'000, 'x');
        all += Exchange::chunk(frame);
        sink_->send(frame);
    });
    all += Exchange::chunk("go");
    sink_->send("go");
    ASSERT_TRUE(turn_until([&] { return client.got(), left < 0; }));
    EXPECT_TRUE(gets(client, all));
}

TEST_F(StreamTest, MayBeEndedFromWhenDrainedAndLetGoFromWhenEnded) {
    TcpClient client{port_};
    open(client);
    bool ended = false;
    sink_->when_drained([&] { sink_->end(); });
    sink_->when_ended([&] { sink_.reset(), ended = true; });
    sink_->send("go");
    EXPECT_TRUE(turn_until([&] { return ended; }));
    EXPECT_TRUE(ends(client));
}

TEST_F(StreamTest, IgnoresWhatItsClientSays) {
    TcpClient client{port_};
    open(client);
    client.say(request("/another") + "nonsense");
    turn_a_while();
    EXPECT_EQ(requests_.size(), 1U);
    send("data: a\n\n");
    EXPECT_TRUE(gets(client, begin + "9\r\ndata: a\n\n\r\n"));
}

// One that always reads a little less than there is must not make us keep what it has read.
TEST_F(StreamTest, WhatHasBeenSentIsNotKept) {
    TcpClient client{port_, {.receive_buffer = 4096}};
    open(client);
    fill();
    drained_ = 0;
    const auto used = [] {
        const auto heap = mallinfo2();
        return heap.uordblks + heap.hblkhd;
    };
    const std::string frame(10'000, 'x');
    const auto before = used();
    std::size_t sent = 0, most = 0;
    while (sent < 64 * most_queued) {
        if (sink_->room() > 2 * frame.size()) {
            ASSERT_TRUE(send(frame));
            sent += frame.size();
        } else {
            client.take(frame.size());
            client.forget();
            turn();
        }
        most = std::max(most, used());
    }
    EXPECT_EQ(drained_, 0) << "it was never behind, so nothing is shown";
    EXPECT_LT(most - std::min(most, before), 8 * most_queued);
}

TEST_F(StreamTest, MayOutliveTheListener) {
    TcpClient client{port_};
    open(client);
    listener_.reset();
    EXPECT_FALSE(send("data: a\n\n"));
    EXPECT_EQ(sink_->room(), 0U);
    end();
    sink_.reset();
    EXPECT_TRUE(turn_until([&] { return client.has_ended(); }));
}

TEST_F(StreamTest, StopEndsItAtOnce) {
    TcpClient client{port_};
    open(client);
    bool finished = false;
    listener_->stop([&] { finished = true; });
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got(), begin + "0\r\n\r\n");
    EXPECT_TRUE(turn_until([&] { return finished; }));
    expect_ended_once();
}

}  // namespace
}  // namespace hal0::http
