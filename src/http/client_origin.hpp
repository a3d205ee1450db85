#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

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

// Where a request came from and what it was sent to, as far as this can be trusted.
struct ClientOrigin {
    // The origin of this service as the browser sees it, without the scheme's default port:
    // "https://keys.example.org". Empty: the request does not say.
    std::string origin;
    std::string_view problem;  // why `origin` is empty; static text
    bool is_https = false;
    bool is_elsewhere = false;   // result of OriginResolver::came_elsewhere(); set only for /auth/login
    std::string client_address;  // numeric
    std::string rate_limit_key;  // the address, IPv6 by its /64
};

// Finds out client and origin of requests. Thread-safe.
class OriginResolver {
public:
    // `public_url`: an origin in the form of to_text(). If it is empty, the origin comes from the
    // request's Host, or from X-Forwarded-Host and X-Forwarded-Proto if the peer is in
    // `trusted_proxies`. The first element of a list counts, which the outermost proxy wrote. Most
    // proxies replace what the client sent; one that appends (Apache) lets the client choose the
    // first element. Only that client gets the answer, and pages of other sites cannot add such a
    // header; set PUBLIC_URL to exclude it.
    OriginResolver(std::string public_url, std::vector<AddressRange> trusted_proxies)
        : public_url_(std::move(public_url)),
          is_public_https_(public_url_.starts_with("https://")),
          trusted_proxies_(std::move(trusted_proxies)) {}
    ClientOrigin resolve(const net::Request& request) const;
    // Returns whether the client came by HTTPS. Nullopt: the request does not say to which origin
    // it was sent.
    std::optional<bool> came_by_https(const net::Request& request) const;
    // Returns whether the client used another host or scheme than PUBLIC_URL, as far as the request
    // shows: cookies that are set there do not come back at PUBLIC_URL. A proxy that does not pass
    // the host on also gives true.
    bool came_elsewhere(const net::Request& request) const;
    // Returns the numeric address of the nearest host that is not a trusted proxy.
    std::string client_address(const net::Request& request) const;

private:
    bool is_trusted(std::string_view address) const;

    std::string public_url_;
    bool is_public_https_;
    std::vector<AddressRange> trusted_proxies_;
};

}  // namespace llmapikey
