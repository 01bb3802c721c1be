#include "cli/api/response_reader.hpp"
#include "cli/failure.hpp"

#include <gtest/gtest.h>

namespace hal0::cli {
namespace {

std::string body_of(std::string_view answer) {
    ResponseReader reader;
    reader.feed(answer);
    EXPECT_TRUE(reader.is_complete()) << answer;
    return reader.take_body();
}

TEST(ResponseReader, ReadsALengthAndChunks) {
    EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello more"), "hello");
    EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\nContent-Length: 1\r\n\r\n5\r\nhello\r\nA;x=y\r\n, world!!!\r\n0\r\nT: x\r\n\r\n"), "hello, world!!!");
    EXPECT_EQ(body_of("HTTP/1.1 204 No Content\r\n\r\n"), "");
    EXPECT_EQ(body_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"), "");
}

TEST(ResponseReader, TakesAnySplit) {
    const std::string text = "HTTP/1.1 404 Not Found\r\nX-A:  b \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        ResponseReader reader;
        reader.feed(text.substr(0, cut));
        reader.feed(text.substr(cut));
        EXPECT_TRUE(reader.is_complete()) << cut;
        EXPECT_EQ(reader.status(), 404);
        EXPECT_EQ(reader.header("x-a"), "b");
        EXPECT_EQ(reader.take_body(), "abcde");
    }
}

TEST(ResponseReader, KnowsACompleteAnswerFromACutOne) {
    ResponseReader open;
    open.feed("HTTP/1.0 200 OK\r\n\r\nab");
    EXPECT_FALSE(open.is_complete());
    open.end();
    EXPECT_TRUE(open.is_complete());
    EXPECT_EQ(open.take_body(), "ab");
    for (const auto* cut : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"}) {
        ResponseReader reader;
        reader.feed(cut);
        EXPECT_THROW(reader.end(), Disconnected) << cut;
    }
}

TEST(ResponseReader, RefusesWhatIsNoHttp) {
    for (const auto* text : {"SSH-2.0-x\r\n", "H\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 099 x\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"}) {
        ResponseReader reader;
        EXPECT_THROW(reader.feed(text), Disconnected) << text;
    }
    ResponseReader reader;
    EXPECT_THROW(for (int i = 0; i < 100; ++i) reader.feed(i == 0 ? "HTTP/1.1 200 OK\r\n" : "X: " + std::string(1000, 'x') + "\r\n"), Disconnected);
}

}  // namespace
}  // namespace hal0::cli
