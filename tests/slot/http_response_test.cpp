#include "slot/http_response.hpp"

#include <gtest/gtest.h>

namespace hal0::slot {
namespace {

std::string body_of(std::string_view answer) {
    HttpResponse reader;
    EXPECT_FALSE(reader.feed(answer)) << answer;
    EXPECT_TRUE(reader.is_complete()) << answer;
    return reader.take_body();
}

TEST(HttpResponse, ReadsALengthAndChunks) {
    EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello more"), "hello");
    EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\nContent-Length: 1\r\n\r\n5\r\nhello\r\nA;x=y\r\n, world!!!\r\n0\r\nT: x\r\n\r\n"), "hello, world!!!");
    EXPECT_EQ(body_of("HTTP/1.1 204 No Content\r\n\r\n"), "");
    EXPECT_EQ(body_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"), "");
}

TEST(HttpResponse, TakesAnySplit) {
    const std::string text = "HTTP/1.1 404 Not Found\r\nX-A:  b \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        HttpResponse reader;
        EXPECT_FALSE(reader.feed(text.substr(0, cut)));
        EXPECT_FALSE(reader.feed(text.substr(cut)));
        EXPECT_TRUE(reader.is_complete()) << cut;
        EXPECT_EQ(reader.status(), 404);
        EXPECT_EQ(reader.header("x-a"), "b");
        EXPECT_EQ(reader.take_body(), "abcde");
    }
}

TEST(HttpResponse, KnowsACompleteAnswerFromACutOne) {
    HttpResponse open;
    EXPECT_FALSE(open.feed("HTTP/1.0 200 OK\r\n\r\nab"));
    EXPECT_FALSE(open.is_complete());
    EXPECT_FALSE(open.end());
    EXPECT_TRUE(open.is_complete());
    EXPECT_EQ(open.take_body(), "ab");
    for (const auto* cut : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"}) {
        HttpResponse reader;
        EXPECT_FALSE(reader.feed(cut)) << cut;
        EXPECT_TRUE(reader.end()) << cut;
    }
}

TEST(HttpResponse, RefusesWhatIsNoHttp) {
    for (const auto* text : {"SSH-2.0-x\r\n", "H\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 099 x\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"}) {
        HttpResponse reader;
        EXPECT_TRUE(reader.feed(text)) << text;
        EXPECT_FALSE(reader.has_head() || reader.is_complete()) << text;
        EXPECT_TRUE(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) << "it stays so";
        EXPECT_TRUE(reader.end()) << text;
    }
}

/// Feeds `begin`, then `again` until it is refused. @return how many bytes that took, at most 1 MiB
std::size_t taken_of(const std::string& begin, const std::string& again) {
    HttpResponse reader;
    EXPECT_FALSE(reader.feed(begin)) << begin;
    std::size_t taken = 0;
    while (taken < 1 << 20 && !reader.feed(again)) taken += again.size();
    return taken;
}

TEST(HttpResponse, ItsHeadsAndTrailersAreLimited) {
    constexpr std::size_t limit = 64 * 1024;
    EXPECT_LE(taken_of("HTTP/1.1 200 OK\r\n", "X: " + std::string(1000, 'x') + "\r\n"), limit);
    EXPECT_LE(taken_of("HTTP/1.1 ", "xxxxxxxx"), limit);
    EXPECT_LE(taken_of("", "HTTP/1.1 100 Continue\r\n\r\n"), limit);
    EXPECT_LE(taken_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0000"), limit);
    EXPECT_LE(taken_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n"), limit);
}

}  // namespace
}  // namespace hal0::slot
