#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmapikey::base {

// Host and port of a Host header, an absolute URL or an origin (RFC 3986 section 3.2); never with a
// user.
struct Authority {
    std::string_view host;              // "keys.example.org", "192.0.2.1", "[2001:db8::1]"; as written
    std::optional<std::uint16_t> port;  // as written; "keys.example.org:" has none
};

// Nullopt for anything but a DNS name or an address with or without a port from 1 to 65535. A view
// of `text`.
std::optional<Authority> parse_authority(std::string_view text);

constexpr std::uint16_t default_port(bool is_https) {
    return is_https ? 443 : 80;
}

// An origin that browsers or configurations name: "https://keys.example.org:8443".
struct Origin {
    bool is_https = false;
    Authority authority;
    std::uint16_t port() const { return authority.port.value_or(default_port(is_https)); }
};

// Nullopt for anything but http:// or https:// with an authority and nothing behind it. Views of
// `text`.
std::optional<Origin> parse_origin(std::string_view text);

// As browsers write a host, whatever way it was typed (URL Standard, host parsing): in lower case,
// "127.1" as "127.0.0.1", "[2001:DB8:0::1]" as "[2001:db8::1]". Nullopt: browsers open no such
// host, such as "1.2.3.256".
std::optional<std::string> canonical_host(std::string_view host);

// Whether browsers write both the same way.
bool is_same_host(std::string_view one, std::string_view other);

// With such a host and without the scheme's default port, as browsers write it (RFC 6454 section
// 6.1).
std::string to_text(const Origin& origin);

}  // namespace llmapikey::base
