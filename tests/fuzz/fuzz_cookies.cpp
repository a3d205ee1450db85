// Cookie headers, and where a request says that it comes from: Host, X-Forwarded-*.
#include <string>

#include "base/authority.hpp"
#include "expect.hpp"
#include "http/client_origin.hpp"
#include "http/cookies.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

namespace {

void resolve(std::string_view text, std::string_view peer) {
    net::Request request;
    const net::HeaderView headers[] = {
        {"Host", text}, {"X-Forwarded-For", text}, {"X-Forwarded-Host", text}, {"X-Forwarded-Proto", text}};
    request.headers = headers;
    request.peer_address = peer;
    static const OriginResolver resolver("", {*AddressRange::parse("127.0.0.0/8")});
    const auto resolved = resolver.resolve(request);
    const std::string& origin = resolved.origin;
    expect(origin.empty() != resolved.problem.empty(), "there is an origin, or a reason why not");
    for (const char c : resolved.client_address)
        expect(c > ' ' && c < 0x7f, "an address is printable");
    if (origin.empty()) return;
    expect(origin.starts_with("http://") || origin.starts_with("https://"), "an origin has a scheme");
    const std::string host = origin.substr(origin.find("//") + 2);
    expect(!host.empty() && host.find_first_of("/\\?#@ \t\r\n\"'<>") == std::string::npos, "a host is nothing more");
    expect(base::to_text(*base::parse_origin(origin)) == origin, "an origin is written in one way");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    net::Request request;
    const net::HeaderView headers[] = {{"Cookie", text}, {"Cookie", "x=1"}};
    request.headers = headers;
    for (const auto& [name, value] : read_cookies(request)) {
        expect(name.find_first_of(";=") == std::string_view::npos, "a name ends where its value begins");
        expect(value.find(';') == std::string_view::npos, "a value ends where the next cookie begins");
    }
    expect(!find_cookie(request, "x").empty() || text.find('x') != std::string_view::npos, "each header counts");
    resolve(text, "127.0.0.1");
    resolve(text, "192.0.2.1");
    (void)AddressRange::parse(text);
    return 0;
}
