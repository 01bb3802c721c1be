#include "cli/api/address.hpp"

#include <gtest/gtest.h>

namespace hal0::cli {
namespace {

TEST(Address, HasHostPortAndPrefix) {
    const auto plain = Address::parse("http://localhost:8080");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->host(), "localhost");
    EXPECT_EQ(plain->port(), "8080");
    EXPECT_EQ(plain->prefix(), "");
    const auto full = Address::parse("http://[::1]:81/hal0//");
    ASSERT_TRUE(full);
    EXPECT_EQ(full->host(), "::1");
    EXPECT_EQ(full->authority(), "[::1]:81");
    EXPECT_EQ(full->prefix(), "/hal0");
    const auto short_one = Address::parse("http://box/");
    ASSERT_TRUE(short_one);
    EXPECT_EQ(short_one->url(), "http://box:80");
}

TEST(Address, RefusesWhatItCannotReach) {
    for (const auto* url : {"", "localhost:8080", "https://x", "http://", "http://:80", "http://x:", "http://x:99999", "http://x:8o", "http://u@x", "http://x/a?b", "http://x\r\ny", "http://[::1", "http://[::1]x"})
        EXPECT_FALSE(Address::parse(url)) << url;
}

TEST(Path, IsPercentEncoded) {
    EXPECT_EQ(percent_encoded("org/m:q4 ä"), "org%2Fm%3Aq4%20%C3%A4");
    EXPECT_EQ(slot_path("chat", "/logs"), "/api/slots/chat/logs");
}

}  // namespace
}  // namespace hal0::cli
