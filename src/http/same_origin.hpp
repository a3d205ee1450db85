#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

// What a request itself says of where it was sent from.
enum class OriginEvidence {
    same,     // the browser vouches for this very origin
    foreign,  // the browser names another one
    none,     // no browser, or an old one: a CSRF token must do
};
OriginEvidence origin_evidence(const net::Request& request, std::string_view own_origin);

// Token that stands for same-origin evidence; bound to one session token. Thread-safe.
class CsrfTokens {
public:
    // Tokens that were made with `other` are taken, too; empty: there is none.
    explicit CsrfTokens(const base::Secret& session_secret, const base::Secret& other = base::Secret());
    std::string issue(std::string_view session_token) const;
    bool verify(std::string_view csrf_token, std::string_view session_token) const;

private:
    base::Secret key_, other_key_;
};

}  // namespace llmapikey
