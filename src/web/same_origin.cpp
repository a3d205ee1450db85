#include "web/same_origin.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey::web {
namespace {

// Host and port: whether TLS ended at a proxy that we were not told of must not matter here.
std::string_view authority_of(std::string_view origin) {
    const auto scheme = origin.find("://");
    return scheme == std::string_view::npos ? std::string_view{} : origin.substr(scheme + 3);
}

base::Secret token_key(const base::Secret& session_secret) {
    return base::Secret(base::hmac_sha256(session_secret.reveal(), "llmapikey csrf token"));
}

std::string token_of(const base::Secret& key, std::string_view session_token) {
    return base::to_base64url(base::hmac_sha256(key.reveal(), session_token));
}

// Browsers say each once; which of two counts would be anybody's guess.
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
    if (origin.empty()) return site.empty() ? OriginEvidence::none : OriginEvidence::same;
    // "null" is what a sandboxed frame or a privacy setting sends. It names nobody: with no other evidence it counts as
    // foreign.
    const std::string_view named = authority_of(origin);
    if (named.empty()) return OriginEvidence::foreign;
    return base::equal_ignoring_case(named, authority_of(own_origin)) ? OriginEvidence::same : OriginEvidence::foreign;
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

}  // namespace llmapikey::web
