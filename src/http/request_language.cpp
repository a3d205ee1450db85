#include "http/request_language.hpp"

#include "http/cookies.hpp"

namespace llmapikey {

Language language_of(const net::Request& request) {
    if (request.path.starts_with("/api/")) return Language::english;
    const auto chosen = find_language(find_good_cookie(
        request, language_cookie_name, [](std::string_view code) { return find_language(code).has_value(); }));
    return chosen ? *chosen : preferred_language(request.header("accept-language"));
}

}  // namespace llmapikey
