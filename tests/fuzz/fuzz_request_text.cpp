// Query, form, cookies, `next`, addresses, session tokens: the texts inside a request.
#include <cstdint>
#include <cstdlib>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "web/client_origin.hpp"
#include "web/cookies.hpp"
#include "web/form.hpp"
#include "web/next_path.hpp"
#include "web/prepared_answer.hpp"
#include "web/session_token.hpp"

using namespace llmapikey;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string next = web::safe_next_path(text);
    if (next.empty() || next.front() != '/' || next.starts_with("//") || next.find('\\') != std::string::npos)
        std::abort();
    const web::Form form(text);
    (void)form.value("x");
    net::Request request;
    const net::HeaderView headers[] = {{"Cookie", text}, {"Host", text}, {"X-Forwarded-For", text}};
    request.headers = headers;
    request.peer_address = "127.0.0.1";
    (void)web::read_cookies(request);
    (void)web::find_cookie(request, "x");
    static const web::OriginResolver resolver("", {*web::AddressRange::parse("127.0.0.0/8")});
    (void)resolver.resolve(request);
    (void)web::AddressRange::parse(text);
    (void)web::accepts_coding(text, "br");
    static const std::string secret(32, 's');
    static const web::SessionTokens tokens{base::Secret(secret)};
    const base::Timestamp now{base::Seconds{1'790'000'000}};
    if (tokens.verify(text, now)) std::abort();
    // Behind a good signature: whatever the claims are, no more than a refusal, or a session that has not ended.
    const std::string signed_text = base::to_base64url(R"({"alg":"HS256"})") + "." + base::to_base64url(text);
    const auto session =
        tokens.verify(signed_text + "." + base::to_base64url(base::hmac_sha256(secret, signed_text)), now);
    if (session && session->expires_at <= now) std::abort();
    return 0;
}
