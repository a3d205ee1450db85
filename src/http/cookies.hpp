#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

// Name and value of every cookie of a request, in order; views into its headers (RFC 6265 section
// 5.4).
std::vector<std::pair<std::string_view, std::string_view>> read_cookies(const net::Request& request);
// Value of the first cookie of that name that has one, likewise a view; empty if absent.
std::string_view find_cookie(const net::Request& request, std::string_view name);
// Value of the first cookie of that name that `is_good`, or else of the first that has one; empty
// if absent. Another program of the same domain may have set any number of our name, and browsers
// send all of them, in an order of their own. All are tried: the limit of a request's head bounds
// how many there are, and how long.
std::string_view find_good_cookie(const net::Request& request, std::string_view name,
                                  const std::function<bool(std::string_view)>& is_good);

struct Cookie {
    std::string name;
    std::string value;  // token characters only: base64url, JWT, hex
    std::string path = "/";
    base::Seconds max_age{0};  // 0: delete it
    bool is_secure = false;
};
// Value of a Set-Cookie header; always HttpOnly and SameSite=Lax.
std::string to_set_cookie(const Cookie& cookie);

}  // namespace llmapikey
