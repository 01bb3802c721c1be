#include "http-bridge/server/framing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::http {
namespace {

using Kind = Framing::Kind;

const std::string plain_get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string post_head = "POST /a HTTP/1.1\r\nHost: localhost\r\ncontent-LENGTH: \t5 \r\n\r\n";

std::string with(const std::string& line) { return "POST / HTTP/1.1\r\nHost: localhost\r\n" + line + "\r\n\r\n"; }

/// 0: it is not refused.
int status(const std::string& bytes) { return frame_request(bytes).status; }

TEST(Framing, ARequestWithoutABodyEndsWithItsHead) {
    const auto framing = frame_request(plain_get);
    EXPECT_EQ(framing.kind, Kind::complete);
    EXPECT_EQ(framing.head_size, plain_get.size());
    EXPECT_EQ(framing.size, plain_get.size());
}

TEST(Framing, EveryPartOfARequestIsIncompleteAndMoreThanItChangesNothing) {
    const auto request = post_head + "hello";
    for (std::size_t size = 0; size < request.size(); ++size) {
        const auto framing = frame_request(request.substr(0, size));
        ASSERT_EQ(framing.kind, Kind::incomplete) << size;
        ASSERT_EQ(framing.head_size, size < post_head.size() ? 0 : post_head.size()) << size;
    }
    for (const auto& next : {std::string{}, std::string{"P"}, request, plain_get + plain_get, std::string{"\r\n\r\n"}, std::string(100'000, 'x')}) {
        const auto framing = frame_request(request + next);
        ASSERT_EQ(framing.kind, Kind::complete);
        ASSERT_EQ(framing.head_size, post_head.size());
        ASSERT_EQ(framing.size, request.size());
    }
}

TEST(Framing, PipelinedRequestsAreTakenOneByOne) {
    const std::vector<std::string> requests = {plain_get, post_head + "hello", plain_get, post_head + "\r\n\r\n\r"};
    std::string bytes;
    for (const auto& request : requests) bytes += request;
    for (const auto& request : requests) {
        const auto framing = frame_request(bytes);
        ASSERT_EQ(framing.kind, Kind::complete);
        EXPECT_EQ(bytes.substr(0, framing.size), request);
        bytes.erase(0, framing.size);
    }
    EXPECT_TRUE(bytes.empty());
}

TEST(Framing, ARefusedHeadIsRefusedAtItsEndAndNotBefore) {
    const auto refused = with("Transfer-Encoding: chunked");
    for (std::size_t size = 0; size < refused.size(); ++size) ASSERT_EQ(frame_request(refused.substr(0, size)).kind, Kind::incomplete) << size;
    EXPECT_EQ(frame_request(refused).kind, Kind::refused);
    EXPECT_EQ(frame_request(refused + "5\r\nhello\r\n0\r\n\r\n").kind, Kind::refused);
}

TEST(Framing, ABodyInChunksIsRefused) {
    for (const auto* line : {"Transfer-Encoding: chunked", "transfer-encoding:identity", "TRANSFER-ENCODING: gzip, chunked", "Transfer-Encoding:"})
        EXPECT_EQ(status(with(line)), 411) << line;
    EXPECT_EQ(status(with("Content-Length: 5\r\nTransfer-Encoding: chunked")), 411);
    EXPECT_EQ(status(with("Transfer-Encoding: chunked\r\nContent-Length: 5")), 411);
}

TEST(Framing, ALengthIsOneDecimalNumber) {
    for (const auto* value : {"-1", "+5", "0x5", "5 5", "5,5", "5, 5", "5.0", "1e3", "", " ", "five", "5;", "\v5", "5\v"})
        EXPECT_EQ(status(with("Content-Length: " + std::string{value})), 400) << value;
    EXPECT_EQ(status(with("Content-Length: 5\r\nContent-Length: 5")), 400);
    EXPECT_EQ(status(with("Content-Length: 5\r\ncontent-length: 6")), 400);
    for (const auto* value : {"0", "5", "00005", "5 ", "\t5\t"}) EXPECT_EQ(status(with("Content-Length: " + std::string{value})), 0) << value;
}

TEST(Framing, ABodyHasALimit) {
    const std::size_t most = 1024 * 1024;
    const auto head = with("Content-Length: " + std::to_string(most));
    EXPECT_EQ(frame_request(head).kind, Kind::incomplete);
    EXPECT_EQ(frame_request(head).size, head.size() + most);
    EXPECT_EQ(frame_request(head + std::string(most, 'x')).kind, Kind::complete);
    for (const auto* value : {"1048577", "4294967296", "4294967301", "18446744073709551615", "18446744073709551616", "99999999999999999999999999999999"})
        EXPECT_EQ(status(with("Content-Length: " + std::string{value})), 413) << value;
    EXPECT_EQ(frame_request(with("Content-Length: 3") + "abc", {.body_bytes = 2}).status, 413);
}

TEST(Framing, AHeadHasALimitInBytes) {
    const RequestLimits limits;
    const std::string begin = "GET / HTTP/1.1\r\nX: ", end = "\r\n\r\n";
    const auto longest = begin + std::string(limits.head_bytes - begin.size() - end.size(), 'x') + end;
    ASSERT_EQ(longest.size(), limits.head_bytes);
    EXPECT_EQ(frame_request(longest).kind, Kind::complete);
    EXPECT_EQ(frame_request(longest + "more").kind, Kind::complete);
    const auto longer = begin + std::string(limits.head_bytes - begin.size() - end.size() + 1, 'x') + end;
    EXPECT_EQ(status(longer), 431);
    // However it comes: nobody has to say the end of what is too long already.
    EXPECT_EQ(frame_request(longer.substr(0, limits.head_bytes - 1)).kind, Kind::incomplete);
    EXPECT_EQ(status(longer.substr(0, limits.head_bytes)), 431);
    EXPECT_EQ(status(std::string(limits.head_bytes, 'x')), 431);
    EXPECT_EQ(status(std::string(100 * limits.head_bytes, '\n')), 431);
}

TEST(Framing, AHeadHasALimitInLines) {
    std::string lines = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 100; ++i) lines += "A: b\r\n";
    EXPECT_EQ(frame_request(lines + "\r\n").kind, Kind::complete);
    EXPECT_EQ(status(lines + "A: b\r\n\r\n"), 431);
    EXPECT_EQ(status(lines + lines + "\r\n"), 431);
}

// What one program reads as one header, and another as two or none, hides requests in requests (RFC 9112, 11.2).
TEST(Framing, WhatProgramsReadDifferentlyIsRefused) {
    for (const auto* line : {"A: b\r\n continued", "A: b\r\n\tcontinued", "Content-Length : 5", "Content-Length\t: 5", " A: b", "no colon", ": no name", "A: b\nContent-Length: 5",
                             "A: b\n\nGET /b HTTP/1.1", "A: b\rContent-Length: 5", "A\n: b", "\nA: b"})
        EXPECT_EQ(status(with(line)), 400) << line;
    EXPECT_EQ(status(with(std::string{"A: b\0c", 6})), 400);
    for (const std::string& first : {std::string{"GET / HTTP/1.1\nHost: localhost"}, std::string{"GET /\r HTTP/1.1"}, std::string{"GET /\0 HTTP/1.1", 15}})
        EXPECT_EQ(status(first + "\r\n\r\n"), 400) << first;
}

TEST(Framing, LinesThatEndWithoutCrNeverEndTheHead) { EXPECT_EQ(frame_request("GET / HTTP/1.1\nHost: localhost\n\n").kind, Kind::incomplete); }

TEST(Framing, AnEmptyHeadIsAWholeRequestThatNobodyCanParse) {
    const auto framing = frame_request("\r\n\r\n");
    EXPECT_EQ(framing.kind, Kind::complete);
    EXPECT_EQ(framing.size, 4U);
}

TEST(Framing, ValuesMayHaveAnything) {
    for (const auto* line : {"A:", "A:b", "A: b: c", "A: \xff\x80", "A: b c\td", "X!#$%&'*+-.^_`|~0: b"}) EXPECT_EQ(frame_request(with(line)).kind, Kind::complete) << line;
}

TEST(Framing, AClientThatWaitsIsToldToContinueOnlyWhileItsBodyIsMissing) {
    const auto head = with("Content-Length: 5\r\nexpect: 100-Continue");
    EXPECT_FALSE(frame_request(head.substr(0, head.size() - 1)).wants_continue);
    EXPECT_EQ(frame_request(head).kind, Kind::incomplete);
    EXPECT_TRUE(frame_request(head).wants_continue);
    EXPECT_TRUE(frame_request(head + "hell").wants_continue);
    EXPECT_FALSE(frame_request(head + "hello").wants_continue);
    EXPECT_FALSE(frame_request(post_head).wants_continue);
    EXPECT_FALSE(frame_request(with("Content-Length: 5\r\nExpect: something")).wants_continue);
    // A body that will be refused is not asked for.
    EXPECT_FALSE(frame_request(with("Expect: 100-continue\r\nContent-Length: 9999999")).wants_continue);
}

}  // namespace
}  // namespace hal0::http
