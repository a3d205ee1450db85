#include "http/cookies.hpp"

#include <algorithm>
#include <optional>

#include "base/encoding.hpp"

namespace llmapikey {

namespace {

struct NamedValue {
    std::string_view name, value;
};

// Removes the first item from a Cookie header. Nullopt: the item is no cookie.
std::optional<NamedValue> take_cookie(std::string_view& rest) {
    const std::string_view part = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    std::string_view value = base::trim(part.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return NamedValue{base::trim(part.substr(0, equals)), value};
}

// Calls `visit` for each cookie until it returns true.
template <class Visit>
void visit_cookies(const net::Request& request, const Visit& visit) {
    for (const net::HeaderView& header : request.headers) {
        if (!base::equal_ignoring_case(header.name, "cookie")) continue;
        for (std::string_view rest = header.value; !rest.empty();) {
            const auto cookie = take_cookie(rest);
            if (cookie && visit(*cookie)) return;
        }
    }
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> read_cookies(const net::Request& request) {
    std::vector<std::pair<std::string_view, std::string_view>> cookies;
    visit_cookies(request, [&](const NamedValue& cookie) {
        cookies.emplace_back(cookie.name, cookie.value);
        return false;
    });
    return cookies;
}

std::string_view find_cookie(const net::Request& request, std::string_view name) {
    return find_good_cookie(request, name, [](std::string_view) { return true; });
}

std::string_view find_good_cookie(const net::Request& request, std::string_view name,
                                  const std::function<bool(std::string_view)>& is_good) {
    std::string_view first, good;
    visit_cookies(request, [&](const NamedValue& cookie) {
        if (cookie.name != name || cookie.value.empty()) return false;
        if (first.empty()) first = cookie.value;
        if (is_good(cookie.value)) good = cookie.value;
        return !good.empty();
    });
    return good.empty() ? first : good;
}

std::string to_set_cookie(const Cookie& cookie) {
    std::string text = cookie.name + "=" + cookie.value + "; Path=" + cookie.path;
    text += "; Max-Age=" + std::to_string(cookie.max_age.count());
    if (cookie.max_age.count() == 0) text += "; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    text += "; HttpOnly; SameSite=Lax";
    if (cookie.is_secure) text += "; Secure";
    return text;
}

}  // namespace llmapikey
