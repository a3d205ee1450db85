#include "base/authority.hpp"

#include <gtest/gtest.h>

#include <string>

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
    for (const char* text : {"", "null", "keys.example.org", "ftp://a", "https://", "https://a/", "HTTPS://a", "//a"})
        EXPECT_EQ(written(text), "none") << text;
}

}  // namespace
}  // namespace llmapikey::base
