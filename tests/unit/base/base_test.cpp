#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/money.hpp"
#include "base/work_queue.hpp"

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

TEST(MoneyTest, ShowsNoMoreDigitsThanThereAre) {
    EXPECT_EQ(to_display(MicroUsd{10'000'000}), "10");
    EXPECT_EQ(to_display(MicroUsd{2'500'000}), "2.50");
    EXPECT_EQ(to_display(MicroUsd{3'000}), "0.003");
    EXPECT_EQ(to_display(MicroUsd{-1'250'000}), "-1.25");
}

TEST(Money, ForPeopleItHasTwoDecimalsAndSeparators) {
    EXPECT_EQ(to_money(MicroUsd{10'000'000}), "$10.00");
    EXPECT_EQ(to_money(MicroUsd{48'600'000'000}), "$48,600.00");
    EXPECT_EQ(to_money(MicroUsd{1'234'567'890'000}), "$1,234,567.89");
    EXPECT_EQ(to_money(MicroUsd{999'995'000}), "$1,000.00");
    EXPECT_EQ(to_money(MicroUsd{6'999'990}), "$7.00");
    EXPECT_EQ(to_money(MicroUsd{}), "$0.00");
    EXPECT_EQ(to_money(MicroUsd{1}), "less than $0.01");
    EXPECT_EQ(to_money(MicroUsd{9'999}), "less than $0.01");
    EXPECT_EQ(to_money(MicroUsd{10'000}), "$0.01");
    EXPECT_EQ(to_money(MicroUsd{-1'250'000}), "-$1.25");
    EXPECT_EQ(to_money(MicroUsd{-1}), "$0.00");
    EXPECT_EQ(MicroUsd::from_usd(0.1 + 0.2).value, 300'000);
}

TEST(SealerTest, OpensWhatItSealedForTheSameRowOnly) {
    const Sealer sealer(Secret(std::string(32, 'a')), "raw keys");
    const std::string sealed = sealer.seal("sk-or-v1-secret", "row-1");
    EXPECT_EQ(sealer.open(sealed, "row-1")->reveal(), "sk-or-v1-secret");
    EXPECT_NE(sealed, sealer.seal("sk-or-v1-secret", "row-1")) << "a nonce is never used twice";
    EXPECT_EQ(sealed.find("secret"), std::string::npos);
    EXPECT_FALSE(sealer.open(sealed, "row-2"));
    EXPECT_FALSE(Sealer(Secret(std::string(32, 'b')), "raw keys").open(sealed, "row-1"));
    EXPECT_FALSE(Sealer(Secret(std::string(32, 'a')), "other").open(sealed, "row-1"));
}

TEST(SealerTest, EveryDamagedByteIsNoticed) {
    const Sealer sealer(Secret(std::string(32, 'a')), "raw keys");
    const std::string sealed = sealer.seal("x", "row");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string damaged = sealed;
        damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(sealer.open(damaged, "row")) << i;
    }
    for (const char* text : {"", "v1", "v1.x.y", "v1...", "v2.a.b"})
        EXPECT_FALSE(sealer.open(text, "row"));
}

TEST(CryptoTest, KnownAnswers) {
    EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(random_uuid().size(), 36u);
    EXPECT_EQ(random_uuid()[14], '4');
    EXPECT_FALSE(equal_constant_time("a", "ab"));
}

TEST(Text, IsWellFormedUtf8WithoutNul) {
    for (const std::string good : {"", "plain", "\xc3\xbc", "\xe2\x80\xa6", "\xf0\x9f\x98\x80", "\x7f\n"})
        EXPECT_TRUE(base::is_text(good)) << base::to_hex(good);
    for (const std::string& bad : {std::string("a\0b", 3), std::string("\xff"), std::string("\xc3"),
                                   std::string("\xc0\x80"), std::string("\xe0\x80\x80"), std::string("\xed\xa0\x80"),
                                   std::string("\xf4\x90\x80\x80"), std::string("\x80"), std::string("\xe2\x80")})
        EXPECT_FALSE(base::is_text(bad)) << base::to_hex(bad);
}

TEST(ValidUtf8, KeepsWhatIsWellFormedAndMarksTheRest) {
    EXPECT_EQ(to_valid_utf8("plain \xc3\xa4"), "plain \xc3\xa4");
    EXPECT_EQ(to_valid_utf8("a\xff\xc3z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
    EXPECT_EQ(to_valid_utf8("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_TRUE(is_text(to_valid_utf8("\xf0\x9f\x94")));
}

}  // namespace
}  // namespace llmapikey::base
