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

// Where a request came from and what it was sent to, as far as it can be believed.
struct ClientOrigin {
    // "https://keys.example.org": this service, as the browser sees it; without the scheme's
    // default port. Empty: the request does not say.
    std::string origin;
    std::string_view problem;  // why `origin` is empty; static text
    bool is_https = false;
    bool is_elsewhere = false;   // as OriginResolver::came_elsewhere(), where that matters: at /auth/login
    std::string client_address;  // numeric
    std::string rate_limit_key;  // the address, IPv6 by its /64
};

// Thread-safe.
class OriginResolver {
public:
    // `public_url`: an origin as to_text() writes it. Empty: the origin is taken from the request's
    // Host, or from X-Forwarded-Host and X-Forwarded-Proto where the peer is in `trusted_proxies`.
    // Of a list the first element counts: what the outermost proxy saw. Most proxies replace what
    // the client sent; one that appends (Apache) lets the client choose the first element. That is
    // the client's own answer, which nobody else gets, and no page of another site can add such a
    // header to a request; deployments that want it excluded set PUBLIC_URL.
    OriginResolver(std::string public_url, std::vector<AddressRange> trusted_proxies)
        : public_url_(std::move(public_url)),
          is_public_https_(public_url_.starts_with("https://")),
          trusted_proxies_(std::move(trusted_proxies)) {}
    ClientOrigin resolve(const net::Request& request) const;
    // Whether the client came by HTTPS; nullopt if the request does not say which origin it was
    // sent to.
    std::optional<bool> came_by_https(const net::Request& request) const;
    // Whether the client came to another host than that of PUBLIC_URL, or by the other scheme, as
    // far as can be told: cookies that are set there do not come back at PUBLIC_URL. Proxies that
    // do not pass the host on make it look so.
    bool came_elsewhere(const net::Request& request) const;
    // Numeric; of the nearest host that is not one of our proxies.
    std::string client_address(const net::Request& request) const;

private:
    bool is_trusted(std::string_view address) const;

    std::string public_url_;
    bool is_public_https_;
    std::vector<AddressRange> trusted_proxies_;
};

}  // namespace llmapikey
