// Query, form, cookies, `next`, addresses, session tokens: the texts inside a request.
#include <cstdint>
#include <cstdlib>

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
    static const web::SessionTokens tokens{base::Secret(std::string(32, 's'))};
    if (tokens.verify(text, base::Timestamp{base::Seconds{1'790'000'000}})) std::abort();
    return 0;
}
