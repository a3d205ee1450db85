#include "base/authority.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace llmapikey::base {
namespace {

TEST(AuthorityTest, HasAHostAndPerhapsAPort) {
    const auto parts = [](std::string_view text) {
        const auto authority = parse_authority(text);
        if (!authority) return std::string("none");
        return std::string(authority->host) + " " + std::to_string(authority->port.value_or(0));
    };
    EXPECT_EQ(parts("keys.example.org"), "keys.example.org 0");
    EXPECT_EQ(parts("keys.example.org:8443"), "keys.example.org 8443");
    EXPECT_EQ(parts("keys.example.org:"), "keys.example.org 0");
    EXPECT_EQ(parts("[2001:db8::1]:3000"), "[2001:db8::1] 3000");
    EXPECT_EQ(parts("[::1]"), "[::1] 0");
    EXPECT_EQ(parts("a:65535"), "a 65535");
    for (const char* text :
         {"",       ":80",     "a:0", "a:65536", "a:-1", "a:+1",   "a: 1", "a:b", "a:1:2", "::1",  "[::1", "[]",
          "[::1]x", "[::1]80", "a b", "a/b",     "a,b",  "user@a", "a?b",  "a#b", "a%41",  "\xff", "a\\b"})
        EXPECT_EQ(parts(text), "none") << text;
    EXPECT_FALSE(parse_authority(std::string(256, 'a')));
}

TEST(OriginTest, IsWrittenAsBrowsersWriteIt) {
    const auto written = [](std::string_view text) {
        const auto origin = parse_origin(text);
        return origin ? to_text(*origin) : std::string("none");
    };
    EXPECT_EQ(written("https://Keys.Example.org:443"), "https://keys.example.org");
    EXPECT_EQ(written("http://keys.example.org:80"), "http://keys.example.org");
    EXPECT_EQ(written("http://keys.example.org:443"), "http://keys.example.org:443");
    EXPECT_EQ(written("https://[::1]:3000"), "https://[::1]:3000");
    EXPECT_EQ(written("https://[2001:DB8:0::1]"), "https://[2001:db8::1]");
    EXPECT_EQ(written("http://127.1:3000"), "http://127.0.0.1:3000");
    for (const char* text : {"", "null", "keys.example.org", "ftp://a", "https://", "https://a/", "HTTPS://a", "//a"})
        EXPECT_EQ(written(text), "none") << text;
}

// Left: as typed; right: as Chromium, Firefox and Node.js write it.
TEST(HostTest, IsWrittenAsBrowsersWriteIt) {
    for (const auto& [typed, written] :
         std::vector<std::pair<const char*, const char*>>{{"Keys.Example.ORG", "keys.example.org"},
                                                          {"[2001:0DB8:0:0:0:0:0:1]", "[2001:db8::1]"},
                                                          {"[2001:db8:0:1:0:0:0:1]", "[2001:db8:0:1::1]"},
                                                          {"[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]"},
                                                          {"[1:0:0:2:3:0:0:4]", "[1::2:3:0:0:4]"},
                                                          {"[1:0:2:3:4:5:6:7]", "[1:0:2:3:4:5:6:7]"},
                                                          {"[0:0:0:0:0:0:0:0]", "[::]"},
                                                          {"[1:2:3:4:5:6:0:0]", "[1:2:3:4:5:6::]"},
                                                          {"[::ffff:192.0.2.1]", "[::ffff:c000:201]"},
                                                          {"[::192.0.2.1]", "[::c000:201]"},
                                                          {"127.1", "127.0.0.1"},
                                                          {"127.0.1", "127.0.0.1"},
                                                          {"2130706433", "127.0.0.1"},
                                                          {"0x7f.1", "127.0.0.1"},
                                                          {"0177.0.0.01", "127.0.0.1"},
                                                          {"4294967295", "255.255.255.255"},
                                                          {"0x", "0.0.0.0"},
                                                          {"1.example", "1.example"},
                                                          {"example.1a", "example.1a"},
                                                          {"example.0xg", "example.0xg"}})
        EXPECT_EQ(canonical_host(typed).value_or("none"), written) << typed;
    for (const char* none : {"1.2.3.256", "1.2.3.4.5", "4294967296", "127.0.65536", "example.1", "08", "1..2", ".1",
                             "example.0x1", "[::g]", "[1]", "[::1%lo]", "[::1", "99999999999"})
        EXPECT_FALSE(canonical_host(none)) << none;
    EXPECT_TRUE(is_same_host("[2001:DB8:0::1]", "[2001:db8::1]"));
    EXPECT_TRUE(is_same_host("1.2.3.256", "1.2.3.256"));
    EXPECT_FALSE(is_same_host("1.2.3.256", "1.2.3.257"));
}

}  // namespace
}  // namespace llmapikey::base
