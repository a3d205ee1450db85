#include "http/request_language.hpp"

#include "base/encoding.hpp"
#include "http/cookies.hpp"

namespace llmapikey {
namespace {

// Returns what all header lines of this name say: several lines are one list (RFC 9110, section
// 5.3).
std::string languages_in(const net::Request& request) {
    std::string accepted;
    for (const net::HeaderView& header : request.headers) {
        if (!base::equal_ignoring_case(header.name, "accept-language")) continue;
        accepted += (accepted.empty() ? "" : ", ") + std::string(header.value);
    }
    return accepted;
}

}  // namespace

Language language_of(const net::Request& request) {
    if (request.path.starts_with("/api/")) return Language::english;
    const auto chosen = find_language(find_good_cookie(
        request, language_cookie_name, [](std::string_view code) { return find_language(code).has_value(); }));
    return chosen ? *chosen : preferred_language(languages_in(request));
}

}  // namespace llmapikey
