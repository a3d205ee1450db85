#include <gtest/gtest.h>

#include "http/answers/cached_response.hpp"
#include "http/client_origin.hpp"
#include "http/cookies.hpp"
#include "http/form.hpp"
#include "http/next_path.hpp"
#include "http/rate_limiter.hpp"
#include "http/request_fields.hpp"
#include "http/same_origin.hpp"

namespace llmapikey {
namespace {

// A request with what its views are of.
struct RequestWith : net::Request {
    explicit RequestWith(std::vector<net::Header> with, std::string from)
        : owned(std::move(with)), peer(std::move(from)) {
        method = "POST";
        for (const net::Header& header : owned)
            viewed.push_back({header.name, header.value});
        headers = viewed;
        peer_address = peer;
    }
    RequestWith(const RequestWith&) = delete;
    RequestWith& operator=(const RequestWith&) = delete;
    const std::vector<net::Header> owned;
    std::vector<net::HeaderView> viewed;
    const std::string peer;
};

RequestWith request_with(std::vector<net::Header> headers, std::string peer = "127.0.0.1") {
    return RequestWith(std::move(headers), std::move(peer));
}

TEST(NextPathTest, KeepsPathsOfThisOrigin) {
    for (const char* path : {"/", "/dashboard", "/docs?key=show", "/docs#curl", "/a/b-c_d.e~f"}) {
        EXPECT_EQ(safe_next_path(path), path);
    }
}

TEST(NextPathTest, SendsEverythingElseToTheDashboard) {
    for (const std::string next : {"",
                                   "dashboard",
                                   "//evil.example",
                                   "/\\evil.example",
                                   "\\\\evil.example",
                                   "https://evil.example",
                                   "https:evil.example",
                                   "javascript:alert(1)",
                                   "/%2f/evil.example",
                                   "/%2Fevil.example",
                                   "/%5cevil.example",
                                   "/%252fevil.example",
                                   "/%25252fevil.example",
                                   "/\tevil",
                                   "/\r\nSet-Cookie: x=1",
                                   "/%0d%0aSet-Cookie:x",
                                   "/%00",
                                   " /dashboard",
                                   "/.//evil.example",
                                   "/a/..//evil.example",
                                   "/..",
                                   "/%2e%2e//x",
                                   "/%zz",
                                   "/a//b",
                                   "///evil.example",
                                   "/\x7f",
                                   "/\xc3\xa4"}) {
        EXPECT_EQ(safe_next_path(next), "/dashboard") << next;
    }
    EXPECT_EQ(safe_next_path("/" + std::string(600, 'a')), "/dashboard");
}

TEST(FormTest, DecodesFieldsAndLeavesOutMalformedOnes) {
    const Form form("a=1&b=x+y%21&c&d=%zz&a=2&&=e");
    EXPECT_EQ(form.value("a"), "1");
    EXPECT_EQ(form.value("b"), "x y!");
    EXPECT_TRUE(form.has("c"));
    EXPECT_FALSE(form.has("d"));
    EXPECT_EQ(form.value("missing"), "");
}

TEST(CookieTest, FindsTheFirstOfItsName) {
    const auto request = request_with({{"Cookie", "a=1; b=\"two\";c; a=3"}, {"cookie", "d=4"}});
    EXPECT_EQ(find_cookie(request, "a"), "1");
    EXPECT_EQ(find_cookie(request, "b"), "two");
    EXPECT_EQ(find_cookie(request, "d"), "4");
    EXPECT_EQ(find_cookie(request, "A"), "");
}

TEST(CookieTest, FindsTheGoodOneAmongAnyNumberOfItsName) {
    const auto request = request_with({{"Cookie", "a=; a=1; b=9; a=2"}, {"Cookie", "a=3"}});
    const auto find = [&](std::string_view good) {
        return find_good_cookie(request, "a", [good](std::string_view value) { return value == good; });
    };
    EXPECT_EQ(find("3"), "3");
    EXPECT_EQ(find("9"), "1") << "the first, if none is good";
    EXPECT_EQ(find_good_cookie(request, "c", [](std::string_view) { return true; }), "");
    std::string many;
    for (int i = 0; i < 400; ++i)
        many += "a=dead" + std::to_string(i) + "; ";
    many += "a=good";
    EXPECT_EQ(
        find_good_cookie(request_with({{"Cookie", many}}), "a", [](std::string_view value) { return value == "good"; }),
        "good");
}

TEST(CookieTest, IsAlwaysHttpOnlyAndLax) {
    EXPECT_EQ(to_set_cookie({"n", "v", "/", base::Seconds{60}, true}),
              "n=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
    EXPECT_NE(to_set_cookie({"n", "", "/", base::Seconds{0}, false}).find("Max-Age=0; Expires=Thu, 01 Jan 1970"),
              std::string::npos);
}

TEST(OriginEvidenceTest, BelievesTheBrowserAndNobodyElse) {
    const std::string own = "https://keys.example.org";
    using E = OriginEvidence;
    EXPECT_EQ(origin_evidence(request_with({{"Origin", own}}), own), E::same);
    EXPECT_EQ(origin_evidence(request_with({{"Sec-Fetch-Site", "same-origin"}}), own), E::same);
    EXPECT_EQ(origin_evidence(request_with({}), own), E::none);
    for (const char* site : {"cross-site", "same-site", "none", "nonsense"}) {
        EXPECT_EQ(origin_evidence(request_with({{"Sec-Fetch-Site", site}}), own), E::foreign) << site;
    }
    for (const char* origin : {"https://evil.example", "https://keys.example.org.evil.example",
                               "https://keys.example.org:444", "keys.example.org"}) {
        EXPECT_EQ(origin_evidence(request_with({{"Origin", origin}}), own), E::foreign) << origin;
        EXPECT_EQ(origin_evidence(request_with({{"Origin", origin}, {"Sec-Fetch-Site", "same-origin"}}), own),
                  E::foreign)
            << origin;
    }
}

TEST(OriginEvidenceTest, NullNamesNobodySoThatTheRestDecides) {
    const std::string own = "https://keys.example.org";
    using E = OriginEvidence;
    EXPECT_EQ(origin_evidence(request_with({{"Origin", "null"}, {"Sec-Fetch-Site", "same-origin"}}), own), E::same);
    EXPECT_EQ(origin_evidence(request_with({{"Origin", "null"}}), own), E::none);
    for (const char* site : {"cross-site", "same-site", "none"}) {
        EXPECT_EQ(origin_evidence(request_with({{"Origin", "null"}, {"Sec-Fetch-Site", site}}), own), E::foreign)
            << site;
    }
}

TEST(OriginEvidenceTest, APortThatGoesWithoutSayingIsTheSameAsOneThatIsSaid) {
    using E = OriginEvidence;
    const auto evidence = [](const char* origin, const char* own) {
        return origin_evidence(request_with({{"Origin", origin}}), own);
    };
    EXPECT_EQ(evidence("https://keys.example.org", "https://keys.example.org:443"), E::same);
    EXPECT_EQ(evidence("https://keys.example.org:443", "https://keys.example.org"), E::same);
    EXPECT_EQ(evidence("http://keys.example.org", "http://keys.example.org:80"), E::same);
    // TLS ended at a proxy that says nothing of it, and passes the port on.
    EXPECT_EQ(evidence("https://keys.example.org", "http://keys.example.org:443"), E::same);
    EXPECT_EQ(evidence("https://keys.example.org", "http://keys.example.org"), E::same);
    EXPECT_EQ(evidence("http://keys.example.org", "https://keys.example.org:443"), E::foreign);
    EXPECT_EQ(evidence("https://keys.example.org:80", "http://keys.example.org"), E::foreign);
    EXPECT_EQ(evidence("http://keys.example.org:443", "https://keys.example.org"), E::foreign);
    EXPECT_EQ(evidence("https://keys.example.org:8443", "https://keys.example.org"), E::foreign);
    EXPECT_EQ(evidence("ftp://keys.example.org", "https://keys.example.org"), E::foreign);
    EXPECT_EQ(evidence("https://[::1]", "http://[::1]:443"), E::same);
}

TEST(CsrfTokenTest, IsGoodForItsSessionOnly) {
    const CsrfTokens tokens(base::Secret(std::string(32, 's')));
    EXPECT_TRUE(tokens.verify(tokens.issue("session-1"), "session-1"));
    EXPECT_FALSE(tokens.verify(tokens.issue("session-1"), "session-2"));
    EXPECT_FALSE(tokens.verify("", "session-1"));
}

std::vector<AddressRange> ranges(const std::vector<std::string>& texts) {
    std::vector<AddressRange> parsed;
    for (const auto& text : texts)
        parsed.push_back(*AddressRange::parse(text));
    return parsed;
}

TEST(ClientOriginTest, ForwardedHeadersOfStrangersDoNotCount) {
    const OriginResolver resolver("", {});
    const auto origin = resolver.resolve(request_with({{"Host", "keys.example.org"},
                                                       {"X-Forwarded-For", "6.6.6.6"},
                                                       {"X-Forwarded-Proto", "https"},
                                                       {"X-Forwarded-Host", "evil.example"}},
                                                      "9.9.9.9"));
    EXPECT_EQ(origin.origin, "http://keys.example.org");
    EXPECT_EQ(origin.client_address, "9.9.9.9");
    EXPECT_FALSE(origin.is_https);
}

TEST(ClientOriginTest, TakesTheNearestAddressThatIsNoProxy) {
    const OriginResolver resolver("", ranges({"10.0.0.0/8", "::1"}));
    const auto origin = resolver.resolve(request_with({{"Host", "inner:3000"},
                                                       {"X-Forwarded-For", "6.6.6.6, 203.0.113.9, 10.1.2.3"},
                                                       {"X-Forwarded-Proto", "https"},
                                                       {"X-Forwarded-Host", "Keys.Example.org"}},
                                                      "10.0.0.1"));
    EXPECT_EQ(origin.origin, "https://keys.example.org");
    EXPECT_EQ(origin.client_address, "203.0.113.9");
    EXPECT_TRUE(origin.is_https);
}

TEST(ClientOriginTest, AnAddressThatIsForwardedIsNothingMore) {
    const OriginResolver resolver("http://x", ranges({"127.0.0.1"}));
    const auto address_of = [&](const std::string& forwarded) {
        return resolver.client_address(request_with({{"X-Forwarded-For", forwarded}}));
    };
    EXPECT_EQ(address_of("[2001:db8::1]:5678"), "2001:db8::1");
    EXPECT_EQ(address_of("203.0.113.9:5678"), "203.0.113.9");
    EXPECT_EQ(address_of("fe80::1%eth0\x1b[31m"), "fe80::1");
    EXPECT_EQ(address_of(std::string("[2001:db8::\0\x10:80", 16)), "127.0.0.1");
    EXPECT_EQ(address_of(std::string("2001:db8::\0x", 12)), "127.0.0.1");
}

TEST(ClientOriginTest, LimitsIpv6BySlash64) {
    const OriginResolver resolver("http://x", {});
    const auto one = resolver.resolve(request_with({}, "2001:db8:1:2::1"));
    const auto two = resolver.resolve(request_with({}, "2001:db8:1:2:ffff::9"));
    const auto other = resolver.resolve(request_with({}, "2001:db8:1:3::1"));
    EXPECT_EQ(one.rate_limit_key, two.rate_limit_key);
    EXPECT_NE(one.rate_limit_key, other.rate_limit_key);
}

TEST(ClientOriginTest, RefusesAHostThatIsNone) {
    const OriginResolver resolver("", {});
    for (const char* host : {"", "a b", "evil.example/path", "x\"y", "a,b", "x:0", "x:65536", "x:y", "::1", "[::1",
                             "[]", "a:1:2", "user@x"}) {
        const auto origin = resolver.resolve(request_with({{"Host", host}}, "9.9.9.9"));
        EXPECT_EQ(origin.origin, "") << host;
        EXPECT_NE(origin.problem, "") << host;
        EXPECT_EQ(origin.client_address, "9.9.9.9") << host;
        EXPECT_FALSE(resolver.came_by_https(request_with({{"Host", host}}))) << host;
    }
}

TEST(ClientOriginTest, HasNoPortThatGoesWithoutSaying) {
    const OriginResolver resolver("", ranges({"127.0.0.1"}));
    const auto origin_of = [&](const char* host, const char* proto) {
        return resolver.resolve(request_with({{"Host", host}, {"X-Forwarded-Proto", proto}})).origin;
    };
    EXPECT_EQ(origin_of("Keys.Example.org:443", "https"), "https://keys.example.org");
    EXPECT_EQ(origin_of("keys.example.org:80", "http"), "http://keys.example.org");
    EXPECT_EQ(origin_of("keys.example.org:80", "https"), "https://keys.example.org:80");
    EXPECT_EQ(origin_of("keys.example.org:", "https"), "https://keys.example.org");
    EXPECT_EQ(origin_of("[::1]:8443", "https"), "https://[::1]:8443");
}

TEST(ClientOriginTest, OfAListTheFirstElementCounts) {
    const OriginResolver resolver("", ranges({"127.0.0.1"}));
    const auto origin = resolver.resolve(request_with({{"Host", "inside:3000"},
                                                       {"X-Forwarded-Host", "keys.example.org:443 , inside"},
                                                       {"X-Forwarded-Proto", "HTTPS,http"}}));
    EXPECT_EQ(origin.origin, "https://keys.example.org");
    EXPECT_TRUE(origin.is_https);
    EXPECT_EQ(resolver.resolve(request_with({{"Host", "x"}, {"X-Forwarded-Host", ", keys.example.org"}})).problem,
              "X-Forwarded-Host is no host");
    const OriginResolver strict("", {});
    EXPECT_EQ(strict.resolve(request_with({{"Host", "x"}, {"X-Forwarded-Host", "a, b"}})).origin, "http://x");
}

TEST(ClientOriginTest, TellsWhoCameToAnotherHostThanThePublicOne) {
    const OriginResolver resolver("https://keys.example.org", ranges({"127.0.0.1"}));
    const auto came_elsewhere = [&](std::vector<net::Header> headers, const char* peer = "9.9.9.9") {
        return resolver.came_elsewhere(request_with(std::move(headers), peer));
    };
    EXPECT_FALSE(came_elsewhere({{"Host", "KEYS.example.org"}}));
    EXPECT_FALSE(came_elsewhere({{"Host", "keys.example.org:3000"}})) << "cookies know no ports";
    EXPECT_TRUE(came_elsewhere({{"Host", "www.keys.example.org"}}));
    EXPECT_TRUE(came_elsewhere({{"Host", "192.0.2.1"}}));
    EXPECT_FALSE(came_elsewhere({{"Host", "inside"}, {"X-Forwarded-Host", "keys.example.org"}}, "127.0.0.1"));
    EXPECT_TRUE(came_elsewhere({{"Host", "keys.example.org"}, {"X-Forwarded-Proto", "http"}}, "127.0.0.1"));
    EXPECT_FALSE(came_elsewhere({{"Host", "keys.example.org"}, {"X-Forwarded-Proto", "http"}}));
    EXPECT_FALSE(came_elsewhere({}));
    EXPECT_FALSE(OriginResolver("", {}).came_elsewhere(request_with({{"Host", "x"}})));
}

TEST(AddressRangeTest, RefusesWhatIsNoRange) {
    for (const char* text : {"", "localhost", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/"}) {
        EXPECT_FALSE(AddressRange::parse(text)) << text;
    }
    EXPECT_TRUE(AddressRange::parse("0.0.0.0/0")->contains("1.2.3.4"));
    EXPECT_FALSE(AddressRange::parse("0.0.0.0/0")->contains("2001:db8::1"));
}

TEST(RateLimiterTest, LetsTheRateThroughAndSaysWhenToComeBack) {
    RateLimiter limiter(60);
    const RateLimiter::Instant start{};
    for (int i = 0; i < 60; ++i)
        EXPECT_FALSE(limiter.take("a", start)) << i;
    EXPECT_EQ(limiter.take("a", start), base::Seconds{1});
    EXPECT_FALSE(limiter.take("b", start));
    EXPECT_FALSE(limiter.take("a", start + std::chrono::seconds{1}));
    EXPECT_TRUE(limiter.take("a", start + std::chrono::seconds{1}));
}

TEST(RateLimiterTest, ZeroMeansOff) {
    RateLimiter limiter(0);
    for (int i = 0; i < 1000; ++i)
        EXPECT_FALSE(limiter.take("a", RateLimiter::Instant{}));
}

TEST(RateLimiterTest, MemoryIsBoundedUnderManyAddresses) {
    RateLimiter limiter(1);
    for (int i = 0; i < 300'000; ++i)
        limiter.take(std::to_string(i), RateLimiter::Instant{});
    EXPECT_FALSE(limiter.take("last", RateLimiter::Instant{}));
}

TEST(ConditionalRequestTest, ComparesEntityTagsWeakly) {
    EXPECT_TRUE(matches_etag("\"a\"", "\"a\""));
    EXPECT_TRUE(matches_etag("\"x\", W/\"a\"", "\"a\""));
    EXPECT_TRUE(matches_etag("*", "\"a\""));
    EXPECT_FALSE(matches_etag("", "\"a\""));
    EXPECT_FALSE(matches_etag("\"b\"", "\"a\""));
}

TEST(AcceptEncodingTest, HonorsZeroWeights) {
    EXPECT_TRUE(accepts_coding("gzip, deflate, br", "br"));
    EXPECT_TRUE(accepts_coding("br;q=0.5", "br"));
    EXPECT_FALSE(accepts_coding("br;q=0", "br"));
    EXPECT_FALSE(accepts_coding("br;q=0.000", "br"));
    EXPECT_FALSE(accepts_coding("gzip", "br"));
    EXPECT_FALSE(accepts_coding("", "br"));
}

TEST(CachedResponseTest, PagesAreCompressedAndRevalidated) {
    const auto page = CachedResponse::of_page("<!doctype html>" + std::string(2000, 'x'), Hsts::this_host);
    const auto plain = page.answer(request_with({}), false);
    EXPECT_EQ(plain.body.size(), 2015u);
    EXPECT_TRUE(plain.head.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_NE(plain.head.find("\r\nContent-Length: 2015\r\n"), std::string_view::npos);
    EXPECT_EQ(plain.head.find("Strict-Transport-Security"), std::string_view::npos);
    EXPECT_NE(page.answer(request_with({}), true).head.find("Strict-Transport-Security"), std::string_view::npos);
    const auto brotli = page.answer(request_with({{"Accept-Encoding", "gzip, br"}}), false);
    EXPECT_LT(brotli.body.size(), 200u);
    EXPECT_NE(brotli.head.find("\r\nContent-Encoding: br\r\n"), std::string_view::npos);
    const auto begin = brotli.head.find("\r\nETag: ") + 8;
    const std::string etag(brotli.head.substr(begin, brotli.head.find('\r', begin) - begin));
    const auto again = page.answer(request_with({{"Accept-Encoding", "gzip, br"}, {"If-None-Match", etag}}), false);
    EXPECT_TRUE(again.is_unchanged);
    EXPECT_TRUE(again.head.starts_with("HTTP/1.1 304 "));
    EXPECT_EQ(again.head.find("Content-Length"), std::string_view::npos);
    EXPECT_TRUE(again.body.empty());
    EXPECT_FALSE(page.answer(request_with({{"If-None-Match", etag}}), false).is_unchanged)
        << "another coding is another entity";
}

TEST(CachedResponseTest, PartsFromWhoMayHaveOpenedThePage) {
    const auto page = CachedResponse::of_page("<!doctype html>", Hsts::this_host);
    const auto parts = [&](std::vector<net::Header> headers) {
        return page.answer(request_with(std::move(headers)), true)
                   .head.find("\r\nCross-Origin-Opener-Policy: same-origin") != std::string_view::npos;
    };
    EXPECT_TRUE(parts({})) << "an old browser says nothing";
    for (const std::string site : {"cross-site", "same-site", "same-origin", "none, cross-site", "None", ""})
        EXPECT_TRUE(parts({{"Sec-Fetch-Site", site}})) << site;
    EXPECT_FALSE(parts({{"Sec-Fetch-Site", "none"}})) << "typed: no page has opened it";
    EXPECT_TRUE(parts({{"Sec-Fetch-Site", "cross-site"}, {"If-None-Match", "*"}})) << "also where it is known already";
}

TEST(RequestFieldsTest, AMediaTypeIsOfEitherCase) {
    for (const char* type : {"application/json", "Application/JSON", "APPLICATION/JSON ; charset=utf-8"}) {
        RequestWith request = request_with({{"Content-Type", type}});
        request.body = R"({"key_id": "a"})";
        const auto fields = RequestFields::read(request);
        ASSERT_TRUE(fields) << type;
        EXPECT_EQ(fields->text("key_id"), "a") << type;
    }
    for (const char* type : {"application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded;charset=UTF-8"}) {
        RequestWith request = request_with({{"Content-Type", type}});
        request.body = "key_id=a";
        EXPECT_EQ(RequestFields::read(request).value().text("key_id"), "a") << type;
    }
}

TEST(RequestFieldsTest, ABodyThatIsNeitherJsonNorAFormIsRefused) {
    for (const char* type : {"text/plain", "application/jsonp", "application/json-patch+json", "multipart/form-data"}) {
        RequestWith request = request_with({{"Content-Type", type}});
        request.body = "key_id=a";
        EXPECT_FALSE(RequestFields::read(request)) << type;
        request.body = "";
        EXPECT_TRUE(RequestFields::read(request)) << type;
    }
}

}  // namespace
}  // namespace llmapikey
