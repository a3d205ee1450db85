#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

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
    // inet_pton reads to the first NUL only, so whatever stands behind one is refused here.
    if (address.host.find('\0') != std::string::npos) return bad("has no numeric address");
    unsigned char buffer[16];
    const bool is_ipv4 = !is_bracketed && inet_pton(AF_INET, address.host.c_str(), buffer) == 1;
    const bool is_ipv6 = is_bracketed && inet_pton(AF_INET6, address.host.c_str(), buffer) == 1;
    if (!is_ipv4 && !is_ipv6) return bad("has no numeric address");
    const auto port = base::parse_whole_number(text.substr(colon + 1));
    if (!port || *port > 65535) return bad("has no valid port");
    address.port = static_cast<std::uint16_t>(*port);
    return address;
}

base::Result<bool> ListenAddress::is_free() const {
    sockaddr_in6 six{};
    sockaddr_in four{};
    const bool is_ipv6 = host.find(':') != std::string::npos;
    const auto family = static_cast<sa_family_t>(is_ipv6 ? AF_INET6 : AF_INET);
    six.sin6_family = four.sin_family = family;
    six.sin6_port = four.sin_port = htons(port);
    void* const bytes = is_ipv6 ? static_cast<void*>(&six.sin6_addr) : &four.sin_addr;
    if (::inet_pton(family, host.c_str(), bytes) != 1)
        return base::fail(base::Errc::invalid_input, text() + " has no numeric address");
    const void* const address = is_ipv6 ? static_cast<const void*>(&six) : &four;
    const socklen_t size = is_ipv6 ? sizeof six : sizeof four;
    const int listener = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    const bool is_listening = listener >= 0 && ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                              ::bind(listener, static_cast<const sockaddr*>(address), size) == 0;
    const int problem = errno;
    if (listener >= 0) ::close(listener);
    if (is_listening) return true;
    if (problem == EADDRINUSE) return false;
    return base::fail(base::Errc::invalid_input, "cannot listen on " + text() + ": " + std::strerror(problem) +
                                                     (problem == EACCES ? " (ports below 1024 need the capability "
                                                                          "CAP_NET_BIND_SERVICE)"
                                                                        : ""));
}

std::string ListenAddress::text() const {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace llmapikey::net
