#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "net/http_types.hpp"

namespace llmapikey::web {

// Name and value of every cookie of a request, in order; views into its headers (RFC 6265 section 5.4).
std::vector<std::pair<std::string_view, std::string_view>> read_cookies(const net::Request& request);
// Value of the first cookie of that name that has one, likewise a view; empty if absent.
std::string_view find_cookie(const net::Request& request, std::string_view name);
// Values of the cookies of that name that have one, in order: another program of the same domain may have set one of
// our name, and browsers send both. As many as `found` has room for; gives that part of it which was filled.
std::span<const std::string_view> find_cookies(const net::Request& request, std::string_view name,
                                               std::span<std::string_view> found);
// How many cookies of one name are tried before all are taken for none of ours.
inline constexpr std::size_t same_name_max = 8;

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
