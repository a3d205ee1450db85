#include "web/same_origin.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey::web {
namespace {

// Host and port: whether TLS ended at a proxy that we were not told of must not matter here.
std::string_view authority_of(std::string_view origin) {
    const auto scheme = origin.find("://");
    return scheme == std::string_view::npos ? std::string_view{} : origin.substr(scheme + 3);
}

}  // namespace

OriginEvidence origin_evidence(const net::Request& request, std::string_view own_origin) {
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

CsrfTokens::CsrfTokens(const base::Secret& session_secret)
    : key_(base::hmac_sha256(session_secret.reveal(), "llmapikey csrf token")) {}

std::string CsrfTokens::issue(std::string_view session_token) const {
    return base::to_base64url(base::hmac_sha256(key_.reveal(), session_token));
}

bool CsrfTokens::verify(std::string_view csrf_token, std::string_view session_token) const {
    return base::equal_constant_time(csrf_token, issue(session_token));
}

}  // namespace llmapikey::web
