// A session's JWT: forged whole, and with claims that are signed rightly but are anything.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "expect.hpp"
#include "http/session_token.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

namespace {

const std::string secret(32, 's');

std::string signed_token(std::string_view header, std::string_view claims) {
    const std::string text = base::to_base64url(header) + "." + base::to_base64url(claims);
    return text + "." + base::to_base64url(base::hmac_sha256(secret, text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    static const SessionTokens tokens{base::Secret(secret)};
    const base::Timestamp now{base::Seconds{1'790'000'000}};
    expect(!tokens.verify(text, now), "nobody guesses a signature");
    const auto session = tokens.verify(signed_token(R"({"alg":"HS256"})", text), now);
    if (session) {
        expect(session->expires_at > now, "a session that has ended is none");
        expect(session->recipient.id.value > 0, "a session is somebody's");
        expect(base::is_text(session->recipient.login), "a login is text");
    }
    static const std::string claims = R"({"sub":"1","login":"a","iat":1789999000,"exp":1790001000})";
    if (tokens.verify(signed_token(text, claims), now)) {
        const auto header = boost::json::parse(text);
        expect(header.at("alg") == "HS256", "no other algorithm is taken");
    }
    return 0;
}
