#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/http_types.hpp"

namespace llmapikey::web {

// An IPv4 or IPv6 address or range, such as 10.0.0.0/8 or ::1.
class AddressRange {
public:
    static base::Result<AddressRange> parse(std::string_view text);
    bool contains(std::string_view numeric_address) const;

private:
    using Bytes = std::array<unsigned char, 16>;  // IPv4 as mapped IPv6
    Bytes bytes_{};
    int prefix_bits_ = 128;
};

bool is_any_of(std::string_view numeric_address, const std::vector<AddressRange>& ranges);

// Where a request came from and what it was sent to, as far as it can be believed.
struct ClientOrigin {
    std::string origin;  // "https://keys.example.org": of this service, as the browser sees it
    bool is_https = false;
    std::string client_address;  // numeric
    std::string rate_limit_key;  // the address, IPv6 by its /64
};

// Thread-safe.
class OriginResolver {
public:
    // `public_url` empty: from the request's Host, or X-Forwarded-* where the peer is in `trusted_proxies`.
    OriginResolver(std::string public_url, std::vector<AddressRange> trusted_proxies)
        : public_url_(std::move(public_url)),
          is_public_https_(public_url_.starts_with("https://")),
          trusted_proxies_(std::move(trusted_proxies)) {}
    // Nullopt: the Host header (or what stands for it) is malformed.
    std::optional<ClientOrigin> resolve(const net::Request& request) const;
    // Whether the client came by HTTPS; nullopt as for resolve().
    std::optional<bool> came_by_https(const net::Request& request) const;
    // Numeric; of the nearest host that is not one of our proxies.
    std::string client_address(const net::Request& request) const;

private:
    bool is_trusted(std::string_view address) const;
    // Host, or what stands for it.
    std::string_view authority(const net::Request& request, bool is_forwarded) const;

    std::string public_url_;
    bool is_public_https_;
    std::vector<AddressRange> trusted_proxies_;
};

}  // namespace llmapikey::web
