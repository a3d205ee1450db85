#include "net/http_server.hpp"

#include <gtest/gtest.h>

namespace llmapikey::net {
namespace {

TEST(ListenAddressTest, TakesNumericAddressesWithPorts) {
    EXPECT_EQ(ListenAddress::parse("127.0.0.1:3000")->text(), "127.0.0.1:3000");
    EXPECT_EQ(ListenAddress::parse("[::1]:80")->text(), "[::1]:80");
    EXPECT_EQ(ListenAddress::parse("localhost:1")->host, "127.0.0.1");
    for (const char* text : {"", "3000", ":3000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "::1:80",
                             "host:80", "[::1]"}) {
        EXPECT_FALSE(ListenAddress::parse(text)) << text;
    }
}

TEST(ListenAddressTest, RefusesTextBehindANulByte) {
    using namespace std::string_view_literals;
    for (const std::string_view text : {"127.0.0.1\0:1:80"sv, "127.0.0.1\0x:80"sv, "[::1\0]:80"sv})
        EXPECT_FALSE(ListenAddress::parse(text)) << text;
}

}  // namespace
}  // namespace llmapikey::net
