#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmapikey::base {

// The host and the port of a Host header, an absolute URL or an origin (RFC 3986 section 3.2). User
// information is never accepted.
struct Authority {
    std::string_view host;              // "keys.example.org", "192.0.2.1", "[2001:db8::1]"; as written
    std::optional<std::uint16_t> port;  // as written; "keys.example.org:" has none
};

// Parses a DNS name or an address, with or without a port from 1 to 65535. Nullopt: the text is
// anything else. The result is a view of `text`.
std::optional<Authority> parse_authority(std::string_view text);

constexpr std::uint16_t default_port(bool is_https) {
    return is_https ? 443 : 80;
}

// An origin as a browser or the configuration names it: "https://keys.example.org:8443".
struct Origin {
    bool is_https = false;
    Authority authority;
    std::uint16_t port() const { return authority.port.value_or(default_port(is_https)); }
};

// Parses http:// or https:// followed by an authority and nothing else; nullopt otherwise. The
// result is a view of `text`.
std::optional<Origin> parse_origin(std::string_view text);

// Returns a host as browsers write it (URL Standard, host parsing): in lower case, "127.1" as
// "127.0.0.1", "[2001:DB8:0::1]" as "[2001:db8::1]". Nullopt: browsers refuse the host, such as
// "1.2.3.256".
std::optional<std::string> canonical_host(std::string_view host);

// Returns whether browsers write both hosts the same way.
bool is_same_host(std::string_view one, std::string_view other);

// Returns the origin as browsers write it (RFC 6454 section 6.1): with the canonical host and
// without the scheme's default port.
std::string to_text(const Origin& origin);

}  // namespace llmapikey::base
