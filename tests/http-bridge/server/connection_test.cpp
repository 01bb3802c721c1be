// Requests and their answers on one connection.
#include "reply.hpp"
#include "server_test.hpp"

#include <nlohmann/json.hpp>

#include <deque>

namespace hal0::http {
namespace {

using test::parsed_reply;
using test::TcpClient;

constexpr std::size_t mebibyte = 1024 * 1024;

class ConnectionTest : public test::ServerTest {
protected:
    /// Answers are given when the test wants.
    void answer_later() {
        answer_ = [this](const Connected& connection, const std::string& head) { asked_.emplace_back(connection, head); };
    }
    void answer_one() {
        ASSERT_TRUE(turn_until([this] { return !asked_.empty(); }));
        const auto [connection, head] = asked_.front();
        asked_.pop_front();
        connection->write(echo(head), false);
    }
    /// Each answer is of that size, and ends in the request's target.
    void answer_much(std::size_t size) {
        answer_ = [size](const Connected& connection, const std::string& head) { connection->write(std::string(size, '.') + echo(head), false); };
    }
    std::deque<std::pair<Connected, std::string>> asked_;
};

TEST_F(ConnectionTest, IsKeptForTheNextRequest) {
    TcpClient client{port_};
    client.say(request("/1"));
    ASSERT_TRUE(gets(client, "[/1]"));
    client.say(request("/2", "body"));
    ASSERT_TRUE(gets(client, "[/1][/2]"));
    EXPECT_EQ(requests_.back(), request("/2", "body"));
    EXPECT_FALSE(client.has_ended());
}

TEST_F(ConnectionTest, ServesManyClientsInTurn) {
    std::vector<std::unique_ptr<TcpClient>> clients;
    for (int i = 0; i < 50; ++i) clients.push_back(std::make_unique<TcpClient>(port_));
    for (int i = 0; i < 50; ++i) clients[static_cast<std::size_t>(i)]->say(request("/" + std::to_string(i)));
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(gets(*clients[static_cast<std::size_t>(i)], "[/" + std::to_string(i) + "]"));
}

TEST_F(ConnectionTest, EndsWhenTheServerSaysSo) {
    answer_ = [](const Connected& connection, const std::string& head) { connection->write(echo(head), true); };
    TcpClient client{port_};
    client.say(request("/1") + request("/2"));
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got(), "[/1]");
    EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(ConnectionTest, RequestsThatComeTogetherAreAnsweredInTheirOrder) {
    TcpClient client{port_};
    std::string all, answers;
    for (int i = 0; i < 500; ++i) {
        const auto target = "/" + std::to_string(i);
        all += i % 3 == 0 ? request(target, "body\r\n\r\n") : request(target);
        answers += "[" + target + "]";
    }
    ASSERT_TRUE(say(client, all));
    EXPECT_TRUE(gets(client, answers));
}

TEST_F(ConnectionTest, TheNextRequestWaitsForTheAnswerBefore) {
    answer_later();
    TcpClient client{port_};
    client.say(request("/1") + request("/2") + request("/3"));
    for (std::size_t i = 1; i <= 3; ++i) {
        ASSERT_TRUE(turn_until([&] { return requests_.size() == i; }));
        turn_a_while();
        ASSERT_EQ(requests_.size(), i);
        answer_one();
    }
    EXPECT_TRUE(gets(client, "[/1][/2][/3]"));
}

TEST_F(ConnectionTest, ManyWhoAskMuchLeaveOthersTheirTurn) {
    TcpClient busy{port_}, other{port_};
    std::string all;
    for (int i = 0; i < 1000; ++i) all += request("/busy");
    busy.say(all);
    other.say(request("/other"));
    ASSERT_TRUE(gets(other, "[/other]"));
    EXPECT_LT(requests_.size(), 500U);
}

TEST_F(ConnectionTest, ARequestMayComeByteByByte) {
    TcpClient client{port_};
    const auto all = request("/1", "body") + request("/2");
    for (const char byte : all) {
        client.say({&byte, 1});
        turn();
    }
    ASSERT_TRUE(gets(client, "[/1][/2]"));
    EXPECT_EQ(requests_, (std::vector{request("/1", "body"), request("/2")}));
}

TEST_F(ConnectionTest, TheLargestBodyIsTaken) {
    TcpClient client{port_};
    const auto large = request("/large", std::string(mebibyte, 'x'));
    ASSERT_TRUE(say(client, large));
    ASSERT_TRUE(gets(client, "[/large]"));
    EXPECT_EQ(requests_.at(0), large);
}

TEST_F(ConnectionTest, AClientThatWaitsIsToldOnceToContinue) {
    const std::string head = "POST /1 HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n", go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    TcpClient client{port_};
    client.say(head);
    ASSERT_TRUE(gets(client, go_on));
    client.say("bo");
    turn_a_while();
    client.say("dy");
    ASSERT_TRUE(gets(client, go_on + "[/1]"));
    client.say(head);
    ASSERT_TRUE(gets(client, go_on + "[/1]" + go_on));
    client.say("body");
    ASSERT_TRUE(gets(client, go_on + "[/1]" + go_on + "[/1]"));
    // One that does not wait needs no leave.
    client.say(head + "body");
    EXPECT_TRUE(gets(client, go_on + "[/1]" + go_on + "[/1][/1]"));
}

TEST_F(ConnectionTest, WhoeverIsRefusedIsNotLetSendABody) {
    std::vector<std::string> heads;
    refusal_ = [&](const std::string& head) {
        heads.push_back(head);
        return head.starts_with("POST /no") ? std::optional{"[no]"} : std::nullopt;
    };
    const auto head = [](const std::string& target) { return "POST " + target + " HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"; };
    TcpClient client{port_}, waits{port_}, sends{port_};
    client.say(head("/yes"));
    ASSERT_TRUE(gets(client, "HTTP/1.1 100 Continue\r\n\r\n"));
    client.say("body");
    ASSERT_TRUE(gets(client, "HTTP/1.1 100 Continue\r\n\r\n[/yes]"));
    waits.say(head("/no"));
    ASSERT_TRUE(ends(waits));
    EXPECT_EQ(waits.got(), "[no]");
    sends.say(request("/no", std::string(mebibyte, 'x')).substr(0, 100'000));
    ASSERT_TRUE(ends(sends));
    EXPECT_EQ(sends.got(), "[no]");
    EXPECT_EQ(requests_.size(), 1U);
    EXPECT_EQ(heads.size(), 3U) << "each is asked about once";
    EXPECT_EQ(heads[0], head("/yes"));
}

TEST_F(ConnectionTest, WhatIsNoRequestIsAnsweredAndEnds) {
    const std::vector<std::pair<std::string, int>> cases = {{"GET / HTTP/1.1\r\nno header\r\n\r\n", 400}, {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
                                                            {"POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n", 413}, {std::string(17'000, 'x'), 431}};
    for (const auto& [bytes, status] : cases) {
        TcpClient client{port_};
        client.say(request("/first") + bytes + request("/never"));
        ASSERT_TRUE(ends(client)) << status;
        ASSERT_TRUE(client.got().starts_with("[/first]"));
        const auto got = parsed_reply(client.got().substr(8));
        EXPECT_EQ(got.status, status);
        EXPECT_EQ(got.header("content-length"), std::to_string(got.body.size()));
        EXPECT_EQ(got.header("x-request-id").size(), 32U);
        EXPECT_TRUE(nlohmann::json::parse(got.body)["error"]["code"].is_string());
    }
    EXPECT_EQ(requests_.size(), cases.size());
}

// A close with bytes unread is a reset, which takes the answer from the client before it has read it (RFC 9112, 9.6).
TEST_F(ConnectionTest, ARefusalReachesAClientThatStillSendsItsBody) {
    TcpClient client{port_};
    const auto large = request("/large", std::string(4 * mebibyte, 'x'));
    ASSERT_TRUE(say(client, large));
    client.finish();
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(parsed_reply(client.got()).status, 413);
}

TEST_F(ConnectionTest, AClientThatHasSaidAllGetsItsAnswers) {
    TcpClient client{port_};
    client.say(request("/1") + request("/2"));
    client.finish();
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got(), "[/1][/2]");
}

TEST_F(ConnectionTest, AClientThatHasSaidAllGetsAllOfALargeAnswer) {
    answer_much(8 * mebibyte);
    TcpClient client{port_, {.receive_buffer = 4096}};
    client.say(request("/1"));
    client.finish();
    EXPECT_TRUE(comes_to_rest()) << "the loop spins";
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got().size(), 8 * mebibyte + 4);
}

TEST_F(ConnectionTest, AClientThatHasSaidAllGetsManyLargeAnswers) {
    answer_much(mebibyte);
    TcpClient client{port_, {.receive_buffer = 4096}};
    std::string all;
    for (int i = 0; i < 40; ++i) all += request("/1");
    client.say(all);
    client.finish();
    EXPECT_TRUE(comes_to_rest()) << "the loop spins";
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got().size(), 40 * (mebibyte + 4));
}

TEST_F(ConnectionTest, AClientThatHasSaidAllGetsAnAnswerThatTakesTime) {
    answer_later();
    TcpClient client{port_};
    client.say(request("/1") + request("/2"));
    client.finish();
    EXPECT_TRUE(comes_to_rest()) << "the loop spins";
    answer_one();
    answer_one();
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got(), "[/1][/2]");
}

// It is told how far what it asked for is, at once: nobody may be there any more.
TEST_F(ConnectionTest, WhoeverGoesAwayOrHasSaidAllGivesUpTheWaiting) {
    for (const auto* how : {"finish", "close", "reset", "stop"}) {
        std::vector<std::stop_token> given_up;
        asked_.clear();
        answer_ = [&](const Connected& connection, const std::string& head) { given_up.push_back(connection->given_up()), asked_.emplace_back(connection, head); };
        TcpClient client{port_};
        client.say(request("/1") + request("/2"));
        ASSERT_TRUE(turn_until([&] { return !given_up.empty(); }));
        turn_a_while();
        EXPECT_FALSE(given_up[0].stop_requested()) << how;
        const std::string_view way = how;
        if (way == "finish") client.finish();
        if (way == "close") client.close();
        if (way == "reset") client.reset();
        if (way == "stop") listener_->stop([] {});
        EXPECT_TRUE(turn_until([&] { return given_up[0].stop_requested(); })) << how;
        EXPECT_TRUE(comes_to_rest()) << "the loop spins";
        answer_one();
        if (way == "finish") {
            ASSERT_TRUE(turn_until([&] { return given_up.size() == 2; }));
            EXPECT_TRUE(given_up[1].stop_requested()) << "nor does it say more behind the next one";
            answer_one();
            ASSERT_TRUE(ends(client));
            EXPECT_EQ(client.got(), "[/1][/2]");
        }
        if (way == "stop") {
            ASSERT_TRUE(ends(client));
            EXPECT_EQ(client.got(), "[/1]");
        }
    }
}

TEST_F(ConnectionTest, WhatIsAnsweredIsNotGivenUp) {
    std::stop_token given_up;
    answer_ = [&](const Connected& connection, const std::string& head) { given_up = connection->given_up(), connection->write(echo(head), false); };
    TcpClient client{port_};
    client.say(request("/1"));
    ASSERT_TRUE(gets(client, "[/1]"));
    client.close();
    turn_a_while();
    EXPECT_FALSE(given_up.stop_requested());
}

TEST_F(ConnectionTest, HalfARequestIsNotAnswered) {
    TcpClient client{port_};
    const auto whole = request("/1", "body");
    client.say(whole.substr(0, whole.size() - 1));
    client.finish();
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.got(), "");
    EXPECT_TRUE(requests_.empty());
}

TEST_F(ConnectionTest, AClientThatGoesAwayInTheMiddleOfAnAnswerIsForgotten) {
    answer_much(8 * mebibyte);
    std::weak_ptr<Connection> connection;
    const auto much = answer_;
    answer_ = [&](const Connected& asked, const std::string& head) { connection = asked, much(asked, head); };
    for (const bool reset : {true, false}) {
        TcpClient client{port_};
        client.say(request("/1"));
        ASSERT_TRUE(turn_until([&] { return client.take(1000) > 0; }));
        ASSERT_FALSE(connection.expired());
        reset ? client.reset() : client.close();
        EXPECT_TRUE(turn_until([&] { return connection.expired(); })) << reset;
    }
}

TEST_F(ConnectionTest, AnAnswerForAClientThatIsGoneIsDropped) {
    answer_later();
    TcpClient client{port_};
    client.say(request("/1"));
    ASSERT_TRUE(turn_until([&] { return !asked_.empty(); }));
    client.reset();
    turn_a_while();
    answer_one();
    TcpClient next{port_};
    next.say(request("/2"));
    ASSERT_TRUE(turn_until([&] { return !asked_.empty(); }));
    answer_one();
    EXPECT_TRUE(gets(next, "[/2]"));
}

TEST_F(ConnectionTest, NothingIsReadWhileAnAnswerIsWaitedFor) {
    answer_later();
    TcpClient client{port_};
    const auto one = request("/1", std::string(mebibyte - 1000, 'x'));
    ASSERT_TRUE(say(client, one));
    std::size_t taken = 0;
    for (int i = 0; i < 200; ++i) {
        taken += client.say(std::string(mebibyte, 'x'));
        turn();
    }
    // What the kernel's buffers hold, and no more.
    EXPECT_LT(taken, 32 * mebibyte);
    const auto before = taken;
    turn_a_while();
    EXPECT_EQ(client.say("x"), 0U) << before;
}

TEST_F(ConnectionTest, AClientThatNeverReadsIsNotAnsweredWithoutEnd) {
    answer_much(mebibyte);
    TcpClient client{port_, {.receive_buffer = 4096}};
    std::string all;
    for (int i = 0; i < 1000; ++i) all += request("/1");
    client.say(all);
    EXPECT_TRUE(comes_to_rest()) << "the loop spins";
    EXPECT_LT(requests_.size(), 20U);
}

}  // namespace
}  // namespace hal0::http
