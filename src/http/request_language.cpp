#include "http/request_language.hpp"

#include "http/cookies.hpp"

namespace llmapikey {

Language language_of(const net::Request& request) {
    const auto chosen = find_language(find_good_cookie(
        request, language_cookie_name, [](std::string_view code) { return find_language(code).has_value(); }));
    return chosen ? *chosen : preferred_language(request.header("accept-language"));
}

}  // namespace llmapikey
