#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

// Returns name and value of every cookie of a request, in order. The views refer to the request's
// headers (RFC 6265 section 5.4).
std::vector<std::pair<std::string_view, std::string_view>> read_cookies(const net::Request& request);
// Returns the first non-empty value of that name, as a view; empty if absent.
std::string_view find_cookie(const net::Request& request, std::string_view name);
// Returns the first value of that name for which `is_good` is true, or else the first non-empty
// value; empty if absent. Another program of the same domain may have set any number of cookies of
// that name, and browsers send all of them in an unspecified order. All are tried; the limit of a
// request's head bounds their number.
std::string_view find_good_cookie(const net::Request& request, std::string_view name,
                                  const std::function<bool(std::string_view)>& is_good);

struct Cookie {
    std::string name;
    std::string value;  // token characters only: base64url, JWT, hex
    std::string path = "/";
    base::Seconds max_age{0};  // 0: delete it
    bool is_secure = false;
};
// Returns the value of a Set-Cookie header, always with HttpOnly and SameSite=Lax.
std::string to_set_cookie(const Cookie& cookie);

}  // namespace llmapikey
