#include "http/same_origin.hpp"

#include <algorithm>

#include "base/authority.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey {
namespace {

// Returns whether both origins have one host and port. The scheme does not matter: TLS may end at a
// proxy that we do not know of, so our own scheme and its default port may be wrong.
bool is_one_place(std::string_view named, std::string_view own) {
    const auto theirs = base::parse_origin(named), ours = base::parse_origin(own);
    if (!theirs || !ours || !base::is_same_host(theirs->authority.host, ours->authority.host)) return false;
    return theirs->port() == ours->authority.port.value_or(base::default_port(theirs->is_https));
}

base::Secret token_key(const base::Secret& session_secret) {
    return base::Secret(base::hmac_sha256(session_secret.reveal(), "llmapikey csrf token"));
}

std::string token_of(const base::Secret& key, std::string_view session_token) {
    return base::to_base64url(base::hmac_sha256(key.reveal(), session_token));
}

// Browsers send each of these headers once. With two it is unclear which one counts.
bool is_said_twice(const net::Request& request, std::string_view name) {
    return std::count_if(request.headers.begin(), request.headers.end(), [name](const net::HeaderView& header) {
               return base::equal_ignoring_case(header.name, name);
           }) > 1;
}

}  // namespace

OriginEvidence origin_evidence(const net::Request& request, std::string_view own_origin) {
    if (is_said_twice(request, "origin") || is_said_twice(request, "sec-fetch-site")) return OriginEvidence::foreign;
    const std::string_view site = request.header("sec-fetch-site");
    const std::string_view origin = request.header("origin");
    if (!site.empty() && site != "same-origin") return OriginEvidence::foreign;
    // Browsers send "null" with our own forms if a proxy adds Referrer-Policy: no-referrer. They
    // send it with forms of sandboxed frames too, but those are "cross-site".
    if (origin.empty() || origin == "null") return site.empty() ? OriginEvidence::none : OriginEvidence::same;
    return is_one_place(origin, own_origin) ? OriginEvidence::same : OriginEvidence::foreign;
}

CsrfTokens::CsrfTokens(const base::Secret& session_secret, const base::Secret& other)
    : key_(token_key(session_secret)), other_key_(other.empty() ? base::Secret() : token_key(other)) {}

std::string CsrfTokens::issue(std::string_view session_token) const {
    return token_of(key_, session_token);
}

bool CsrfTokens::verify(std::string_view csrf_token, std::string_view session_token) const {
    const bool is_of_other =
        !other_key_.empty() && base::equal_constant_time(csrf_token, token_of(other_key_, session_token));
    return base::equal_constant_time(csrf_token, issue(session_token)) || is_of_other;
}

}  // namespace llmapikey
