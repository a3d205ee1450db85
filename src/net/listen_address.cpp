#include <arpa/inet.h>

#include "base/encoding.hpp"
#include "net/http_server.hpp"

namespace llmapikey::net {

base::Result<ListenAddress> ListenAddress::parse(std::string_view text) {
    const std::string shown = base::to_printable(text, 60);
    const auto bad = [&shown](const char* why) {
        return base::fail(base::Errc::invalid_input,
                          "'" + shown + "' " + why + "; write it like 127.0.0.1:3000 or [::1]:3000");
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return bad("has no port");
    std::string_view host = text.substr(0, colon);
    const bool is_bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    ListenAddress address;
    address.host = host == "localhost" ? "127.0.0.1" : std::string(host);
    unsigned char buffer[16];
    const bool is_ipv4 = !is_bracketed && inet_pton(AF_INET, address.host.c_str(), buffer) == 1;
    const bool is_ipv6 = is_bracketed && inet_pton(AF_INET6, address.host.c_str(), buffer) == 1;
    if (!is_ipv4 && !is_ipv6) return bad("has no numeric address");
    const auto port = base::parse_whole_number(text.substr(colon + 1));
    if (!port || *port > 65535) return bad("has no valid port");
    address.port = static_cast<std::uint16_t>(*port);
    return address;
}

std::string ListenAddress::text() const {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace llmapikey::net
