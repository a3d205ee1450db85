#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "net/http_types.hpp"

namespace llmapikey::web {

// Name and value of every cookie of a request, in order; views into its headers (RFC 6265 section 5.4).
std::vector<std::pair<std::string_view, std::string_view>> read_cookies(const net::Request& request);
// Value of the first cookie of that name, likewise a view; empty if absent.
std::string_view find_cookie(const net::Request& request, std::string_view name);

struct Cookie {
    std::string name;
    std::string value;  // token characters only: base64url, JWT, hex
    std::string path = "/";
    base::Seconds max_age{0};  // 0: delete it
    bool is_secure = false;
};
// Value of a Set-Cookie header; always HttpOnly and SameSite=Lax.
std::string to_set_cookie(const Cookie& cookie);

}  // namespace llmapikey::web
