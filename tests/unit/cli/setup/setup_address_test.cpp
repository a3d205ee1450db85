// Which address `llmapikey setup` understands, and where the service then listens.
#include "cli/setup/setup_address.hpp"

#include <gtest/gtest.h>

namespace llmapikey::cli {
namespace {

TEST(SetupAddressTest, AnAddressWithoutASchemeIsReadAsOne) {
    EXPECT_EQ(with_scheme("keys.example.org"), "https://keys.example.org");
    EXPECT_EQ(with_scheme("keys.example.org:8443"), "https://keys.example.org:8443");
    EXPECT_EQ(with_scheme("localhost:3000"), "http://localhost:3000");
    EXPECT_EQ(with_scheme("127.0.0.1:3000"), "http://127.0.0.1:3000");
    for (const char* const text : {"http://keys.example.org", "ftp://keys.example.org", "yes", "mailto:ada@example.org",
                                   "keys.example.org/path", "keys example.org", ""})
        EXPECT_EQ(with_scheme(text), text);
}

TEST(SetupAddressTest, OnlyThisMachineOpensLoopbackWithoutTls) {
    for (const char* const url : {"http://127.0.0.1:3000", "http://localhost", "http://[::1]:3000", "http://127.1.2.3"})
        EXPECT_TRUE(is_loopback_origin(url)) << url;
    for (const char* const url : {"https://127.0.0.1", "http://10.0.0.1", "http://localhost.example.org",
                                  "http://127.example.org", "http://127.0.0.1.example.org", "nonsense"})
        EXPECT_FALSE(is_loopback_origin(url)) << url;
}

TEST(SetupAddressTest, TheServiceListensWhereThisMachineOpensIt) {
    EXPECT_EQ(listen_address_of("http://localhost:8080"), "127.0.0.1:8080");
    EXPECT_EQ(listen_address_of("http://127.0.0.1"), "127.0.0.1:80");
    EXPECT_EQ(listen_address_of("http://127.1:3000"), "127.0.0.1:3000");
    EXPECT_EQ(listen_address_of("http://[::1]:3000"), "[::1]:3000");
    EXPECT_EQ(origin_on_this_machine("0.0.0.0:3000"), "http://127.0.0.1:3000");
    EXPECT_EQ(origin_on_this_machine("[::1]:3000"), "http://[::1]:3000");
    EXPECT_EQ(origin_on_this_machine(""), "http://127.0.0.1:3000");
}

}  // namespace
}  // namespace llmapikey::cli
