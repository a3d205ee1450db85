#include "web/cookies.hpp"

#include "base/encoding.hpp"

namespace llmapikey::web {

std::vector<std::pair<std::string_view, std::string_view>> read_cookies(const net::Request& request) {
    std::vector<std::pair<std::string_view, std::string_view>> cookies;
    for (const net::Header& header : request.headers) {
        if (!base::equal_ignoring_case(header.name, "cookie")) continue;
        for (const std::string_view part : base::split(header.value, ';')) {
            const auto equals = part.find('=');
            if (equals == std::string_view::npos) continue;
            std::string_view value = base::trim(part.substr(equals + 1));
            if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
                value = value.substr(1, value.size() - 2);
            }
            cookies.emplace_back(base::trim(part.substr(0, equals)), value);
        }
    }
    return cookies;
}

std::string_view find_cookie(const net::Request& request, std::string_view name) {
    for (const auto& [cookie_name, value] : read_cookies(request)) {
        if (cookie_name == name) return value;
    }
    return {};
}

std::string to_set_cookie(const Cookie& cookie) {
    std::string text = cookie.name + "=" + cookie.value + "; Path=" + cookie.path;
    text += "; Max-Age=" + std::to_string(cookie.max_age.count());
    if (cookie.max_age.count() == 0) text += "; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    text += "; HttpOnly; SameSite=Lax";
    if (cookie.is_secure) text += "; Secure";
    return text;
}

}  // namespace llmapikey::web
